/** A socket that is held back, with a real connection. */
import assert from "node:assert/strict";
import { channel } from "node:diagnostics_channel";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { ReadGate, whenSent } from "../../lib/api/read-gate";
import { serveSocket } from "./api-server";

/** Both ends of a connection, the near one with this text in it, unread. */
async function connectionWith(text: string): Promise<{ near: Socket; far: Socket }> {
  let arrived: (far: Socket) => void = () => undefined;
  const accepted = new Promise<Socket>((resolve) => (arrived = resolve));
  const { port } = await serveSocket((socket) => arrived(socket));
  const near = connect(port, "127.0.0.1");
  const far = await accepted;
  far.write(text);
  await once(near, "readable");
  return { near, far };
}

describe("api read gate", () => {
  it("keeps what has arrived while it is closed, and says when it may be read again", async () => {
    const { near } = await connectionWith("abc");
    const gate = ReadGate.of(near);
    gate.close();
    assert.equal(near.read(), null);
    gate.open();
    await once(near, "readable");
    assert.equal(String(near.read()), "abc");
    near.destroy();
  });

  it("lets through as many bytes as are asked for while it is open", async () => {
    const { near } = await connectionWith("abc");
    ReadGate.of(near);
    assert.deepEqual([String(near.read(2)), String(near.read())], ["ab", "c"]);
    near.destroy();
  });

  it("says it only after the current turn, for the reader may be in the middle of something", async () => {
    const { near } = await connectionWith("abc");
    const gate = ReadGate.of(near);
    let told = 0;
    near.on("readable", () => told++);
    gate.close();
    gate.open();
    assert.equal(told, 0);
    await Promise.resolve();
    assert.equal(told, 1);
    near.destroy();
  });

  it("says nothing where it was not closed", async () => {
    const { near } = await connectionWith("abc");
    let told = 0;
    near.on("readable", () => told++);
    ReadGate.of(near).open();
    await Promise.resolve();
    assert.equal(told, 0);
    near.destroy();
  });

  it("is the same for every request of a socket", async () => {
    const { near } = await connectionWith("abc");
    const other = await connectionWith("abc");
    assert.equal(ReadGate.of(near), ReadGate.of(near));
    assert.notEqual(ReadGate.of(near), ReadGate.of(other.near));
    near.destroy();
    other.near.destroy();
  });
});

describe("api read gate: the socket of a request", () => {
  /** What undici says when it writes the head of a request. */
  const send = (socket: object): void => channel("undici:client:sendHeaders").publish({ socket });

  it("is given once, to the one who asked last", () => {
    const given: string[] = [];
    const [first, second] = [{}, {}];
    whenSent((socket) => given.push(`early ${String(socket === first)}`));
    whenSent((socket) => given.push(`late ${String(socket === first)}`));
    send(first);
    send(second);
    assert.deepEqual(given, ["late true"]);
  });

  it("is given to nobody where nobody asked", () => assert.doesNotThrow(() => send({})));
});
