/** One file that several read at the same time through one descriptor, which is open only while it is used. */
import { open, type FileHandle } from "node:fs/promises";

/** A file with a count of those who use it. */
export class SharedFile {
  private users = 0;
  private handle: Promise<FileHandle> | undefined;

  private constructor(private readonly path: string) {}

  /**
   * Creates the file, which must not exist; only this user may read it. The creator uses it until `release`.
   * @throws errors of the file system
   */
  static async create(path: string): Promise<{ file: SharedFile; handle: FileHandle }> {
    const handle = await open(path, "wx+", 0o600);
    const file = new SharedFile(path);
    file.users = 1;
    file.handle = Promise.resolve(handle);
    return { file, handle };
  }

  /**
   * Opens the file unless it is open already. Every call that succeeds is followed by a `release`.
   * @throws errors of the file system
   */
  async use(): Promise<FileHandle> {
    this.users += 1;
    const handle = (this.handle ??= open(this.path, "r"));
    try {
      return await handle;
    } catch (error) {
      this.users -= 1;
      if (this.handle === handle) this.handle = undefined;
      throw error;
    }
  }

  /** Closes the file when it is no longer used; never rejects. */
  async release(): Promise<void> {
    this.users -= 1;
    if (this.users > 0) return;
    const { handle } = this;
    this.handle = undefined;
    await handle?.then((file) => file.close()).catch(() => undefined);
  }
}
