/** `npm run soak`: see scripts/soak/main.ts. */
import "tsx";

await import("./soak/main.ts");
