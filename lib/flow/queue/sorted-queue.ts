/** A list that stays sorted: members are found by binary search, so that thousands of them cost little. */

/** Members in the order of `compare`; equal ones in the order in which they were added. */
export class SortedQueue<T> {
  private readonly members: T[] = [];

  constructor(private readonly compare: (a: T, b: T) => number) {}

  /** Number of members. */
  get size(): number {
    return this.members.length;
  }

  /** The first member, or undefined if none exists. */
  get first(): T | undefined {
    return this.members[0];
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.members.values();
  }

  /** Adds a member after all that sort before it or equal to it. */
  add(member: T): void {
    this.members.splice(
      this.position((other) => this.compare(other, member) <= 0),
      0,
      member,
    );
  }

  /** Removes a member; without effect if it is not in the queue. */
  remove(member: T): void {
    for (
      let at = this.position((other) => this.compare(other, member) < 0);
      at < this.members.length;
      at += 1
    ) {
      const other = this.members[at] as T;
      if (other === member) {
        this.members.splice(at, 1);
        return;
      }
      if (this.compare(other, member) > 0) return;
    }
  }

  /** How many members `isBefore` holds for; it holds for none behind the first that it does not hold for. */
  private position(isBefore: (member: T) => boolean): number {
    let low = 0;
    let high = this.members.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.members[middle] as T)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
