# What the first process of a machine does: puts its disk together, takes its address, starts sshd and Docker, and then
# waits. The machine is this process's namespaces and ends with it; it ends when its input does, which the rehearsal
# holds, however that comes to its end.
set -eu

mount --make-rprivate /
[ ! -e "$DISK.img" ] || mount -o loop "$DISK.img" "$DISK"
mkdir -p "$DISK/changed" "$DISK/work" "$DISK/root" "$DISK/docker"
root=$DISK/root
mount -t overlay -o "lowerdir=$SYSTEM,upperdir=$DISK/changed,workdir=$DISK/work" machine "$root"
# Docker's own overlays can't stand on one.
mkdir -p "$root/var/lib/docker"
mount --bind "$DISK/docker" "$root/var/lib/docker"
if [ -n "$IMAGES" ] && [ ! -e "$DISK/has-images" ]; then
  tar -C "$DISK/docker" --xattrs --xattrs-include='*' -xf "$IMAGES"
  touch "$DISK/has-images"
fi
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --bind /dev "$root/dev"
mount -t devpts -o newinstance,gid=5,mode=620,ptmxmode=666 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
if [ -d /lib/modules ]; then
  mkdir -p "$root/lib/modules"
  mount --bind /lib/modules "$root/lib/modules"
fi
cat "$RESOLVERS" >"$root/etc/resolv.conf"
cd "$root"
pivot_root . mnt
umount -l /mnt

hostname "$NAME"
echo "$NAME" >/etc/hostname
printf '127.0.0.1 localhost\n%s %s\n' "$ADDRESS" "$NAME" >/etc/hosts
ip link set lo up
until ip link show eth0 >/dev/null 2>&1; do sleep 0.02; done
ip address add "$ADDRESS/24" dev eth0
ip link set eth0 up
ip route add default via "$GATEWAY"
# A kernel without nf_tables has the older tables.
iptables -t nat -L -n >/dev/null 2>&1 || update-alternatives --set iptables /usr/sbin/iptables-legacy >/dev/null

[ -e /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
home=$(getent passwd "$HOST_USER" | cut -d: -f6)
install -d -m 700 -o "$HOST_USER" -g "$HOST_USER" "$home/.ssh"
echo "$PUBLIC_KEY" >"$home/.ssh/authorized_keys"
mkdir -p /run/sshd
/usr/sbin/sshd -E /var/log/sshd.log

dockerd --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/$CGROUP" >>/var/log/dockerd.log 2>&1 &
until docker version >/dev/null 2>&1; do
  kill -0 $! || { tail -n 20 /var/log/dockerd.log >&2; exit 1; }
  sleep 0.1
done
echo up
while read -r _; do :; done
