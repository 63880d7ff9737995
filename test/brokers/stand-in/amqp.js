/**
 * Stands in for the nodes of @frankvdb/node-red-contrib-amqp where that package is not installed: the same types, properties
 * and messages, as far as the examples use them, over the same client (amqplib).
 */
const amqplib = require("amqplib");

const RECONNECT_MS = 500;

module.exports = (RED) => {
  RED.nodes.registerType(
    "amqp-broker",
    function (config) {
      RED.nodes.createNode(this, config);
      const { username, password } = this.credentials;
      this.address = `amqp://${username}:${password}@${config.host}:${config.port}/`;
    },
    { credentials: { username: { type: "text" }, password: { type: "password" } } },
  );

  /** Keeps a channel of a node open; `opened` sets it up each time. */
  function keepOpen(node, config, opened) {
    let connection;
    let closed = false;
    let timer;
    node.channel = undefined;
    const again = () => {
      node.channel = undefined;
      node.status({ fill: "red", shape: "ring", text: "Disconnected" });
      clearTimeout(timer);
      if (!closed) timer = setTimeout(open, RECONNECT_MS);
    };
    const open = async () => {
      try {
        connection = await amqplib.connect(RED.nodes.getNode(config.broker).address, { heartbeat: 2 });
        connection.on("error", () => undefined);
        connection.on("close", again);
        const channel = await (config.waitForConfirms
          ? connection.createConfirmChannel()
          : connection.createChannel());
        channel.on("error", (error) => node.error(String(error)));
        channel.on("close", () => connection.close().catch(() => undefined));
        await channel.prefetch(Number(config.prefetch ?? 0));
        await opened(channel);
        node.channel = channel;
        node.status({ fill: "green", shape: "dot", text: "Connected" });
      } catch (error) {
        node.warn(String(error));
        if (connection) connection.close().catch(() => undefined);
        again();
      }
    };
    node.on("close", (done) => {
      closed = true;
      clearTimeout(timer);
      Promise.resolve(connection?.close()).then(
        () => done(),
        () => done(),
      );
    });
    void open();
  }

  function consume(node, config, received) {
    keepOpen(node, config, async (channel) => {
      const options = {
        durable: config.queueDurable,
        exclusive: config.queueExclusive,
        autoDelete: config.queueAutoDelete,
      };
      const queueArguments = { "x-queue-type": config.queueType, ...JSON.parse(config.queueArguments) };
      if (config.autoCreateQueue)
        await channel.assertQueue(config.queueName, { ...options, arguments: queueArguments });
      if (config.autoCreateExchangeBindings) {
        await channel.assertExchange(config.exchangeName, config.exchangeType, {
          durable: config.exchangeDurable,
        });
        await channel.bindQueue(config.queueName, config.exchangeName, config.exchangeRoutingKey);
      }
      await channel.consume(config.queueName, (message) => {
        message.payload = JSON.parse(message.content.toString());
        received(channel, message);
      });
    });
  }

  RED.nodes.registerType("amqp-in", function (config) {
    RED.nodes.createNode(this, config);
    consume(this, config, (channel, message) => {
      this.send(message);
      channel.ack(message);
    });
  });

  RED.nodes.registerType("amqp-in-manual-ack", function (config) {
    RED.nodes.createNode(this, config);
    consume(this, config, (_channel, message) => this.send(message));
    this.on("input", (msg, _send, done) => {
      const { ackMode = "ack", requeue = true } = msg.manualAck ?? {};
      try {
        if (ackMode === "ack") this.channel.ack(msg);
        else if (ackMode === "nack") this.channel.nack(msg, false, requeue);
        else this.channel.reject(msg, requeue);
        done();
      } catch (error) {
        done(error);
      }
    });
  });

  RED.nodes.registerType("amqp-out", function (config) {
    RED.nodes.createNode(this, config);
    keepOpen(this, config, () => Promise.resolve());
    this.on("input", async (msg, _send, done) => {
      const { exchangeRoutingKey: key, exchangeRoutingKeyType: type } = config;
      try {
        const routingKey = type === "msg" ? String(RED.util.getMessageProperty(msg, key)) : key;
        const options = { ...JSON.parse(config.amqpProperties), ...msg.properties };
        const body = Buffer.isBuffer(msg.payload) ? msg.payload : Buffer.from(JSON.stringify(msg.payload));
        const { channel } = this;
        channel.publish(config.exchangeName, routingKey, body, options);
        if (config.waitForConfirms) await channel.waitForConfirms();
        done();
      } catch (error) {
        done(error);
      }
    });
  });
};
