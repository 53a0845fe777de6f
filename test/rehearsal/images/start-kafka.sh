#!/bin/sh
# One node, broker and controller, on Redpanda's data path; with NAME=VALUE of the server's properties as arguments.
# A broker that was killed is let in again once its session is over: after 4 s, not 9.
set -euf
data=/var/lib/redpanda/data
cat >"$data/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:9093
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://:9092,CONTROLLER://localhost:9093
advertised.listeners=PLAINTEXT://${KAFKA_ADVERTISED:-redpanda:9092}
log.dirs=$data/log
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
auto.create.topics.enable=false
END
printf '%s\n' "$@" >>"$data/server.properties"
flags="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Xmx512m"
flags="$flags -Dorg.slf4j.simpleLogger.defaultLogLevel=error"
[ -e "$data/log" ] || cp -R /opt/kafka/storage "$data/log"
exec java $flags ${KAFKA_CLASSES:--XX:SharedArchiveFile=/opt/kafka/classes.jsa} -cp "/opt/kafka/libs/*" \
  kafka.Kafka "$data/server.properties"
