/** Small elements that several parts of a dialog use. */

/** An element with a class and content. */
export function element(tag: string, look: string, ...content: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  if (look !== "") made.className = look;
  made.append(...content);
  return made;
}

/** A small fact beside a name. */
export const markOf = (text: string): HTMLElement => element("span", "vocu-mark", text);

/** A picture from another host; one that cannot be loaded is left out. */
export function pictureOf(address: string): HTMLElement {
  const picture = document.createElement("img");
  Object.assign(picture, { alt: "", loading: "lazy", referrerPolicy: "no-referrer", src: address });
  picture.addEventListener("error", () => picture.remove());
  return picture;
}

/** A button with an icon before its words. */
export function button(icon: string, words: string, press: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "red-ui-button vocu-button";
  made.append(element("i", `fa fa-${icon}`), " ", element("span", "", words));
  made.addEventListener("click", (event) => {
    event.preventDefault();
    press();
  });
  return made;
}
