/// <reference lib="dom" />
import { type ComponentChild, h } from "preact";
import { useRef, useState } from "preact/hooks";
import type { View } from "../../view.ts";
import { signIn, signOut, useToken } from "./token.ts";
import { PauseButton } from "./pause_button.ts";

/** Whether whoever looks may change anything: with a token. */
export function Operator({ view }: { readonly view: View }): ComponentChild {
  const token = useToken();
  const dialog = useRef<HTMLDialogElement>(null);
  if (!view.steering.enabled) {
    return h(
      "span",
      { class: "aside", title: "The runner was started without --admin-token-file" },
      "read-only",
    );
  }
  if (token !== "") {
    const isPaused = view.steering.paused.some((it) => it.what === "everything");
    return h(
      "span",
      { class: "operator" },
      h(PauseButton, { target: { everything: true }, name: "everything", isPaused }),
      h("button", { type: "button", onClick: signOut }, "Sign out"),
    );
  }
  const open = () => dialog.current?.showModal();
  return h(
    "span",
    { class: "operator" },
    h("button", { type: "button", onClick: open }, "Read-only: sign in"),
    h(
      "dialog",
      { ref: dialog, class: "sign-in", "aria-label": "Sign in" },
      h(SignIn, { onDone: () => dialog.current?.close() }),
    ),
  );
}

function SignIn({ onDone }: { readonly onDone: () => void }): ComponentChild {
  const [text, setText] = useState("");
  const [name, setName] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (text.trim() !== "") signIn(text.trim(), name.trim());
    onDone();
  };
  return h(
    "form",
    { onSubmit: submit },
    h(
      "label",
      null,
      "The token of --admin-token-file",
      h("input", {
        ...{ type: "password", value: text, autocomplete: "off", spellcheck: false },
        onInput: (event: Event) => setText((event.target as HTMLInputElement).value),
      }),
    ),
    h(
      "label",
      null,
      "Your name, for the log",
      h("input", {
        ...{ type: "text", value: name, autocomplete: "username", maxLength: 100 },
        onInput: (event: Event) => setName((event.target as HTMLInputElement).value),
      }),
    ),
    h("p", { class: "note" }, "Both are kept until this tab is closed."),
    h("button", { type: "submit", class: "main" }, "Sign in"),
    h("button", { type: "button", onClick: onDone }, "Cancel"),
  );
}
