/** Route for the list of presets. */
import type { FastifyInstance } from "fastify";

const STYLES = {
  creative: { temperature: 1.05, top_k: 1024, top_p: 1 },
  balance: { temperature: 0.9, top_k: 1024, top_p: 1 },
  stable: { temperature: 0.7, top_k: 256, top_p: 0.95 },
};

const FAMILIES = [
  { key: (style: string) => style, name: (style: string) => style, adjust: {} },
  { key: (style: string) => `v2_${style}`, name: (style: string) => `${style} (V2)`, adjust: {} },
  { key: (style: string) => `v3_${style}`, name: (style: string) => `${style} (V3)`, adjust: {} },
  {
    key: (style: string) => `v3_${style}_pro`,
    name: (style: string) => `${style} (V3, professional)`,
    adjust: { temperature: 1, top_k: 512 },
  },
];

/** The presets, API reference H. */
export function presetRoutes(app: FastifyInstance): void {
  const data = FAMILIES.flatMap(({ key, name, adjust }) =>
    Object.entries(STYLES).map(([style, config]) => ({
      key: key(style),
      i18n_name: name(style),
      i18n_description: `Sampling preset ${name(style)}`,
      config: { ...config, ...adjust },
    })),
  );
  app.get("/api/tts/presets", () => ({ status: 200, message: "OK", data }));
}
