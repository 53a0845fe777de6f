/** What a host's first boot is made from. */
type FirstBoot = {
  /** Release of Amazon Linux, whose package repositories have one for each: `2023.12.20260930`. */
  release: string
}

/** Where a host says that its first boot is through: the release, and Docker's version. */
export const readyFile = '/var/lib/wikiflow/ready'
/** Where it says which command failed, when one did. */
export const failedFile = '/var/lib/wikiflow/failed'

/** EC2's limit for user data, in bytes before base64 (EC2 user guide, "Run commands at launch"). */
export const longestUserData = 16_384

/** Size of the swap file. It is a reserve for peaks: the services' own limits are below the host's memory. */
const swapMib = 2048

/** Kernel settings, and why. */
const sysctls = `# Redpanda keeps this many requests to the disk open (Redpanda docs, "aio_events" tuner).
fs.aio-max-nr = 1048576
# Swap is a reserve, not memory ("swappiness" tuner).
vm.swappiness = 1
# Clients that connect all at once, after a restart ("net" tuner).
net.core.somaxconn = 4096
net.ipv4.tcp_max_syn_backlog = 4096`

/** Docker's settings: logs that can't fill the disk; live-restore doesn't go with Swarm. */
const daemon = {
  'log-driver': 'json-file',
  'log-opts': { 'max-size': '10m', 'max-file': '3' },
  'live-restore': false,
}

/** Docker, with the buildx that its package brings, and what a deploy's scripts run; all but Docker is in the image. */
const packages = ['docker', 'tar', 'util-linux', 'coreutils', 'findutils']

/** The release of Amazon Linux that an image's name holds. @throws RangeError for another system's image. */
export function releaseOf(imageName: string): string {
  const release = /^al2023-ami-(2023\.\d+\.\d{8})\./.exec(imageName)?.[1]
  if (!release) throw new RangeError(`${imageName} isn't the name of an Amazon Linux 2023 image`)
  return release
}

/**
 * The script of a host's first boot, for bash as root on Amazon Linux 2023: swap, kernel settings, and Docker from
 * the image's own release of the repositories, so that hosts of one image have one Docker. It holds nothing secret:
 * whatever runs on the host can read it. Run again, it changes nothing that is done.
 */
export function userData({ release }: FirstBoot): string {
  return `#!/bin/bash
set -euo pipefail
umask 022
mkdir -p /var/lib/wikiflow
rm -f ${failedFile}
trap 'echo "line $LINENO: $BASH_COMMAND" > ${failedFile}' ERR

# Before all else: who logs in meanwhile would keep the groups that there were then.
getent group docker > /dev/null || groupadd --system docker
usermod --append --groups docker ec2-user

# Who vanished is noticed within a minute, and what ran for him ends; a deploy does many things at once.
cat > /etc/ssh/sshd_config.d/10-wikiflow.conf << 'END'
ClientAliveInterval 15
ClientAliveCountMax 4
MaxSessions 32
END
systemctl reload sshd

if ! swapon --show=NAME --noheadings | grep -qx /swapfile; then
  rm -f /swapfile
  install -m 600 /dev/null /swapfile
  dd if=/dev/zero of=/swapfile bs=1M count=${swapMib} status=none
  mkswap /swapfile
  swapon /swapfile
fi
grep -q '^/swapfile ' /etc/fstab || echo '/swapfile none swap sw 0 0' >> /etc/fstab

cat > /etc/sysctl.d/90-wikiflow.conf << 'END'
${sysctls}
END
sysctl --quiet --load /etc/sysctl.d/90-wikiflow.conf

mkdir -p /etc/docker
cat > /etc/docker/daemon.json << 'END'
${JSON.stringify(daemon, null, 2)}
END

# The network may come up after this script; a package half loaded is loaded again.
for pause in 1 2 5 10 20 30; do
  if rpm --quiet -q ${packages.join(' ')} || dnf install -y --releasever=${release} ${packages.join(' ')}; then break; fi
  sleep "$pause"
done
rpm --quiet -q ${packages.join(' ')}
# An upgrade of the system leaves Docker as it is: it restarts all containers.
grep -q '^excludepkgs=' /etc/dnf/dnf.conf || echo 'excludepkgs=docker,containerd,runc' >> /etc/dnf/dnf.conf

systemctl enable --now docker

docker_version=$(docker version --format '{{.Server.Version}}')
printf 'release=%s\\ndocker=%s\\n' ${release} "$docker_version" > ${readyFile}.part
mv ${readyFile}.part ${readyFile}
`
}
