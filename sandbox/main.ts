import { startSandbox } from "./index";
import { cast } from "./state/cast";

const port = Number(process.env["PORT"] ?? 4880);

async function main(): Promise<void> {
  const sandbox = await startSandbox({ port, pace: { firstByteMs: 80, bytesPerSecond: 32_000 } });
  console.log(`Vocu sandbox at ${sandbox.url}, key ${sandbox.apiKey}`);
  for (const voice of cast) console.log(`  ${voice.id}  ${voice.name}`);
  process.once("SIGINT", () => void sandbox.close());
}

void main();
