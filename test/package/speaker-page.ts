/** The page of "Any screen is a speaker" in a real browser, as the person in front of it sees and hears it. */
import type { Browser, Page } from "playwright-core";
import { startChromium } from "../editor/chromium";

/** What a test sees of the sound on a page. */
export interface Sound {
  /** The element's position, in seconds. */
  readonly currentTime: number;
  readonly paused: boolean;
  /** The largest sample that was decoded so far, 0 to 1. */
  readonly loudest: number;
  /** From the first byte of audio on the page to the first movement of `currentTime`, in ms. */
  readonly delayMs: number | undefined;
}

/**
 * Runs before the page's own script: notes when audio comes in, when it is heard, and how loud the decoded samples are.
 * It looks at what the browser does, and uses nothing of the page's script.
 */
const WATCH = `(() => {
  const seen = (window.seen = { loudest: 0, largest: 0, longest: 0 });
  const read = ReadableStreamDefaultReader.prototype.read;
  ReadableStreamDefaultReader.prototype.read = async function () {
    const result = await read.call(this);
    if (!result.done) seen.byteAt ??= performance.now();
    return result;
  };
  addEventListener("DOMContentLoaded", () => {
    const element = document.querySelector("audio");
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaElementSource(element).connect(analyser).connect(context.destination);
    const samples = new Float32Array(analyser.fftSize);
    setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      for (const sample of samples) seen.loudest = Math.max(seen.loudest, Math.abs(sample));
      if (element.currentTime > 0) seen.soundAt ??= performance.now();
      seen.longest = Math.max(seen.longest, element.currentTime);
    }, 2);
  });
})()`;

/** A browser with the page open. */
export class Speaker {
  /** What the page complained about. */
  readonly problems: string[] = [];

  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
  ) {
    page.on("pageerror", (error) => this.problems.push(error.stack ?? error.message));
    page.on("console", (message) => {
      // Chromium logs each address that answers with an error; the page tells the person.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        this.problems.push(message.text());
    });
  }

  /** Opens the page; `touched` says whether this browser lets pages play without a first touch. */
  static async open(url: string, { touched = true, watch = true } = {}): Promise<Speaker> {
    const policy = touched ? "no-user-gesture-required" : "document-user-activation-required";
    const browser = await startChromium(`--autoplay-policy=${policy}`);
    const page = await browser.newPage();
    const speaker = new Speaker(browser, page);
    if (watch) await page.addInitScript(WATCH);
    await page.goto(url);
    await page.locator('#link[data-open="true"]').waitFor();
    return speaker;
  }

  sound(): Promise<Sound> {
    return this.page.evaluate<Sound>(`(() => {
      const { currentTime, paused } = document.querySelector("audio");
      const { loudest, byteAt, soundAt } = window.seen;
      return { currentTime, paused, loudest, delayMs: soundAt === undefined ? undefined : soundAt - byteAt };
    })()`);
  }

  /** Resolves when the page says that it plays this text. */
  async plays(text: string): Promise<void> {
    await this.page.locator("#playing", { hasText: text }).waitFor();
  }

  /** Resolves when sound has been heard for so many seconds. */
  async heard(seconds: number): Promise<void> {
    await this.page.waitForFunction(`document.querySelector("audio").currentTime > ${seconds}`);
  }

  /** Resolves when nothing is playing or waiting, with the longest position that was reached, in seconds. */
  async silent(): Promise<number> {
    await this.page.locator("#playing", { hasText: "Nothing is playing." }).waitFor();
    return this.page.evaluate<number>("window.seen.longest");
  }

  /** Forgets what was heard before. */
  async forget(): Promise<void> {
    await this.page.evaluate(
      "Object.assign(window.seen, { loudest: 0, longest: 0, byteAt: undefined, soundAt: undefined })",
    );
  }

  press(name: string): Promise<void> {
    return this.page.getByRole("button", { name, exact: true }).click();
  }

  note(): Promise<string> {
    return this.page.locator("#note").innerText();
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
