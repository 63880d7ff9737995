/** The properties of a message that travel along with every chunk made from it, without a copy for every chunk. */
import type { NodeMessage } from "node-red";

/** Copies a message deeply, as `RED.util.cloneMessage` does. */
export type CloneMessage = <T extends NodeMessage>(message: T) => T;

/** Express objects, which Node-RED never copies. */
const SHARED_BY_NODE_RED = new Set(["req", "res"]);

/**
 * Gives any number of messages the same additional properties. Values are copied once, when the extras are made, and
 * then again for a message only when they are read there: a change in one message never reaches another, and what
 * is not read costs nothing, however large it is.
 */
export class Extras {
  private readonly values: Readonly<Record<string, unknown>>;
  private sending = false;

  constructor(
    private readonly clone: CloneMessage,
    properties: Readonly<Record<string, unknown>>,
  ) {
    this.values = clone(properties as NodeMessage);
  }

  /** A deep copy of a value. */
  copy<T>(value: T): T {
    return this.clone({ value }).value;
  }

  /** Adds the properties to a message. */
  addTo<T extends object>(message: T): T {
    for (const [name, value] of Object.entries(this.values)) {
      if (isPrimitive(value) || SHARED_BY_NODE_RED.has(name)) Object.assign(message, { [name]: value });
      else Object.defineProperty(message, name, this.copyOnRead(name, value));
    }
    return message;
  }

  /**
   * Calls `send`. While it runs, Node-RED copies messages for further wires itself, so the values that it reads for that
   * are not copied before.
   */
  whileSending(send: () => void): void {
    this.sending = true;
    try {
      send();
    } finally {
      this.sending = false;
    }
  }

  private copyOnRead(name: string, value: unknown): PropertyDescriptor & ThisType<object> {
    const isSending = (): boolean => this.sending;
    const copy = (): unknown => this.copy(value);
    return {
      configurable: true,
      enumerable: true,
      get() {
        if (isSending()) return value;
        const own = copy();
        define(this, name, own);
        return own;
      },
      set(own: unknown) {
        define(this, name, own);
      },
    };
  }
}

const define = (target: object, name: string, value: unknown): void => {
  Object.defineProperty(target, name, { value, configurable: true, enumerable: true, writable: true });
};

const isPrimitive = (value: unknown): boolean =>
  value === null || (typeof value !== "object" && typeof value !== "function");
