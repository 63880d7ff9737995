/** The properties of a message that travel along with every chunk made from it, without a copy for every chunk. */
import { copierOf, copyOf, type CloneMessage } from "./copy";

/** Express objects, which Node-RED never copies. */
const SHARED_BY_NODE_RED = new Set(["req", "res"]);

/** A property that all messages share, or one that each copies for itself. */
type Property = { readonly shared: unknown } | { readonly descriptor: PropertyDescriptor };

/**
 * Gives any number of messages the same additional properties. Values are copied once, when the extras are made, and
 * then again for a message only when they are read there: a change in one message never reaches another, and what
 * is not read costs nothing, however large it is.
 */
export class Extras {
  private readonly values: readonly (readonly [name: string, property: Property])[];
  private sending = false;

  constructor(
    private readonly clone: CloneMessage,
    properties: Readonly<Record<string, unknown>>,
  ) {
    this.values = Object.entries(properties).map(([name, value]) => [name, this.propertyOf(name, value)]);
  }

  /** A deep copy of a value. */
  copy<T>(value: T): T {
    return copyOf(value, this.clone);
  }

  /** Adds the properties to a message. */
  addTo<T extends object>(message: T): T {
    for (const [name, property] of this.values) {
      if ("shared" in property) Object.assign(message, { [name]: property.shared });
      else Object.defineProperty(message, name, property.descriptor);
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

  private propertyOf(name: string, value: unknown): Property {
    if (isPrimitive(value) || SHARED_BY_NODE_RED.has(name)) return { shared: value };
    const own = this.copy(value);
    return { descriptor: this.copyOnRead(name, own, copierOf(own, this.clone)) };
  }

  private copyOnRead(
    name: string,
    value: unknown,
    copy: () => unknown,
  ): PropertyDescriptor & ThisType<object> {
    const isSending = (): boolean => this.sending;
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
