/** `npm start`: see scripts/start/main.ts. */
import "tsx";

await import("./start/main.ts");
