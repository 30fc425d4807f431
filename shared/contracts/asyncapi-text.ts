/** What a stranger has to know before the first message, as Markdown. */
export const DESCRIPTION = `Sortie keeps everything that ever changed in one log, and its services ask each other over one bus. Both are on NATS when
Sortie runs as several processes; inside one process the same subjects and messages are used without NATS.

## The log

The log is the JetStream stream \`SORTIE\`. One message is one **commit**: a JSON array of 1 to 100 CloudEvents 1.0
(\`application/cloudevents-batch+json\`) that were decided together, about one thing. Its subject,
\`sortie.event.<service>.<aggregate>.<id>\`, is the **stream** of that thing; its place in the log, from 1, is its **sequence**, which a
consumer finds in the message's acknowledgement subject (\`msg.seq\` in most clients). The NATS message says no content type: it is always that one.

- **At least once.** A consumer that acknowledges what it has dealt with misses nothing, and gets a commit again when its
  acknowledgement was lost, or when it was too slow.
- **Tell repetitions by the event's \`id\`.** It is made from the command and the event's place in the commit: the same event has the same
  id, however often it comes, also after a restore.
- **Order by sequence**, and within a commit by place in the array. With one unacknowledged message at a time (\`max_ack_pending\` 1) commits
  come in that order; with more, a repetition comes late. Times (\`time\`) are for people: they are of several machines' clocks.
- **A gap in sequences is no loss** for who reads some subjects only.
- **Nothing is taken back.** Events are never edited, renamed or deleted, and none expires. The shape of a type ends with \`.v1\` and stays as it is;
  what has to change becomes \`.v2\` beside it. New types and new extension attributes are added at any time: pass over what you don't know.
- **A message that is no commit** may stand in the stream; it has no \`Nats-Msg-Id\`, or has \`Nats-Stream\`. Acknowledge it and pass over it.

A program of yours gets a key with \`sortie nats config --reader <name>=<service>\`. It reads the events of those services through durable
pull consumers called \`<service>-<public key>\`, filtered on \`sortie.event.<service>.>\`, over the JetStream API prefix \`JS.SORTIE.API\`, and can do
nothing else.

## The bus

An **operation** is a NATS request on \`sortie.<command|query>.<service>.<name>\`, for the processes of Sortie alone: the context in its header
says who asks, and is believed. People and programs use the same operations over the REST API (\`/api/openapi.json\`). Of the replicas of a
service one answers. A request without an answer may have been carried out; the same command id makes repeating it safe.
Beside them, the processes of one service find out about each other on \`sortie.presence.<service>\`.
\`x-sortie-allow\` names the roles that may use an operation, \`x-sortie-asked-by\` the services whose processes NATS lets ask.
`;
