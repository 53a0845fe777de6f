#!/bin/sh
# One node, broker and controller, on Redpanda's data path; the first start makes its storage.
set -eu
data=/var/lib/redpanda/data
# kcat in the same container finds the broker by the name that it gives.
advertised=${KAFKA_ADVERTISED:-redpanda:9092}
cat >"$data/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:9093
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://:9092,CONTROLLER://localhost:9093
advertised.listeners=PLAINTEXT://$advertised
log.dirs=$data/log
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
END
java='java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Xmx512m'
java="$java -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp /opt/kafka/libs/*"
set -f
if ! [ -e "$data/log/meta.properties" ]; then
  $java kafka.tools.StorageTool format --ignore-formatted -t d2lraWZsb3ctdGVzdHM1MQ -c "$data/server.properties"
fi
exec $java kafka.Kafka "$data/server.properties"
