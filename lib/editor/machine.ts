/** What dialogs ask about the machine that Node-RED runs on: its players and sound devices, and its address for others. */
import type { AddressReply, PlayersReply, ToneReply } from "../schema/admin-replies";
import { ask } from "./admin-api";
import { Combobox } from "./combobox";
import { button } from "./elements";
import { currentValue, elementOf, prefixOf } from "./fields";
import { Hint } from "./hint";
import type { Offer } from "./offers";
import type { EditorNode } from "./red-types";
import { word } from "./words";

const PLAY = "vocu-audio-play";
const URL_NODE = "vocu-audio-url";

/** The list of the device field; undefined for other fields. */
export function deviceBox(node: EditorNode, name: string, placeholder: string): Combobox | undefined {
  if (node.type !== PLAY || name !== "device") return undefined;
  return new Combobox({
    id: `${prefixOf(node)}${name}`,
    placeholder,
    offers: () => devices(node),
    knownName: () => "",
  });
}

async function devices(node: EditorNode): Promise<readonly Offer[]> {
  try {
    const answer = await ask<PlayersReply>("players", { player: currentValue(node, "player") });
    return answer.devices.map(({ name, description }) => ({
      value: name,
      name: description,
      description: name,
    }));
  } catch {
    return [];
  }
}

/** Tells which players there are, lets one be heard, and shows the address that audio will have. */
export function tellAboutMachine(node: EditorNode): void {
  if (node.type === PLAY) tellPlayers(node);
  if (node.type === URL_NODE) tellAddress(node);
}

function tellPlayers(node: EditorNode): void {
  const row = elementOf(node, "player").closest(".form-row");
  const hint = new Hint(row);
  const tone = new Hint(row);
  const look = async (): Promise<void> => {
    const turn = hint.begin();
    try {
      const { players } = await ask<PlayersReply>("players", { player: "auto" });
      const names = players.filter(({ notAsRoot }) => notAsRoot !== true).map(({ name }) => name);
      if (names.length === 0) hint.warn(turn, word("dialog.player.none"));
      else hint.say(turn, word("dialog.player.found", { players: names.join(", ") }));
    } catch (error) {
      hint.failed(turn, messageOf(error), () => void look());
    }
  };
  const play = async (): Promise<void> => {
    const turn = tone.begin();
    tone.busyAfter(turn, word("dialog.player.playing"));
    const [player, device, volume] = ["player", "device", "volume"].map((name) => literal(node, name));
    try {
      const answer = await ask<ToneReply>("play-tone", { player, device, volume });
      tone.good(turn, word("dialog.player.played", { player: answer.player }));
    } catch (error) {
      tone.bad(turn, messageOf(error));
    }
  };
  const press = button("music", word("dialog.player.testTone"), () => void play());
  const line = $("<div>", { class: "vocu-action" }).append(press);
  row.append(line);
  // A command of one's own is not run by a dialog.
  const update = (): void => void line.toggle(currentValue(node, "player") !== "command");
  elementOf(node, "player").on("change", update);
  update();
  void look();
}

/** The typed value of a field; undefined where it comes from a message or elsewhere. */
function literal(node: EditorNode, name: string): unknown {
  const type = currentValue(node, `${name}Type`);
  return type === undefined || type === "str" || type === "num" ? currentValue(node, name) : undefined;
}

/** Addresses that only this machine itself can reach. */
const LOOPBACK = /^https?:\/\/(localhost|127\.|\[::1\])/i;

function tellAddress(node: EditorNode): void {
  const field = elementOf(node, "publicUrl");
  const hint = new Hint(field.closest(".form-row"));
  const look = async (): Promise<void> => {
    const turn = hint.begin();
    try {
      const { url, addresses, container } = await ask<AddressReply>("audio-url", {
        publicUrl: currentValue(node, "publicUrl"),
      });
      const will = word("dialog.address.will", { url });
      const others = addresses.map(({ address }) => address).filter((other) => !url.includes(other));
      const more =
        others.length === 0 ? "" : ` ${word("dialog.address.others", { addresses: others.join(", ") })}`;
      const typed = String(currentValue(node, "publicUrl") ?? "").trim() !== "";
      if (LOOPBACK.test(url)) hint.warn(turn, `${will}. ${word("dialog.address.loopback")}${more}`);
      else if (container && !typed) hint.warn(turn, `${will}. ${word("dialog.address.container")}`);
      else hint.say(turn, will);
    } catch (error) {
      hint.bad(turn, messageOf(error));
    }
  };
  field.on("change", () => void look());
  void look();
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
