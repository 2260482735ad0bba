// The socket to Parley. It connects again by itself; what was not acknowledged is sent again under
// the same id, so nothing is lost and nothing is said twice.

const SLOWEST = 5000; // ms between two attempts
const LOG_IN = 4401; // the server's close code

export class Connection extends EventTarget {
  #socket = null;
  #person = localStorage.getItem("parley.person") ?? "";
  #at = null; // what is open: {channel, thread}
  #wait = 0;
  #retry = 0;

  connect() {
    const url = new URL("/socket", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.#socket = new WebSocket(url);
    this.#socket.onopen = () => this.#send({ type: "hello", person: this.#person });
    this.#socket.onmessage = (event) => this.#heard(JSON.parse(event.data));
    this.#socket.onclose = (event) => this.#closed(event);
  }

  /** Another identity; its threads come with the next welcome. */
  become(person) {
    localStorage.setItem("parley.person", person);
    this.#person = person;
    this.#at = null;
    this.#send({ type: "hello", person });
  }

  /** A thread or a channel; what begins anew is not there yet. */
  open(at) {
    this.#at = at.thread || at.channel ? at : null;
    if (this.#at) this.#send({ type: "open", ...at });
  }

  /** Tell Parley, until it has it. `said` is one of its requests; the first of a thread names it. */
  tell(type, { channel, thread }, said) {
    const id = makeId();
    this.#keepAndSend(wellFormed({ channel, ...said, type, id, thread: thread || id }));
    return { id, channel, thread: thread || id };
  }

  /** What this person said there and Parley has not acknowledged. */
  pending({ channel, thread }) {
    const here = (said) => (said.channel ?? "") === channel && said.thread === (thread || said.id);
    return this.#outbox().filter((said) => said.type === "say" && here(said));
  }

  #heard(answer) {
    if (answer.type === "welcome") this.#welcomed(answer);
    if (["got", "form"].includes(answer.type) || (answer.type === "refused" && !answer.again)) {
      this.#keep(this.#outbox().filter((said) => said.id !== answer.id));
    }
    if (answer.type === "refused" && answer.again) this.#later();
    this.#tell(answer.type, answer);
  }

  #welcomed({ person }) {
    this.#person = person;
    this.#wait = 0;
    if (this.#at) this.#send({ type: "open", ...this.#at });
    this.#resend();
  }

  #later() {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#resend(), 2000);
  }

  #resend() {
    for (const said of this.#outbox()) this.#send(said);
  }

  #closed({ code, reason }) {
    if (code === LOG_IN) return location.assign("/login");
    this.#tell("away", { reason: code === 4400 ? reason : "" });
    this.#wait = Math.min(SLOWEST, (this.#wait || 150) * 2);
    setTimeout(() => this.connect(), this.#wait * (0.75 + Math.random() / 2));
  }

  #keepAndSend(said) {
    this.#keep([...this.#outbox(), said]);
    this.#send(said);
  }

  #send(said) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(said));
  }

  #outbox() {
    return JSON.parse(localStorage.getItem(`parley.outbox.${this.#person}`) ?? "[]");
  }

  #keep(outbox) {
    localStorage.setItem(`parley.outbox.${this.#person}`, JSON.stringify(outbox));
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** Half a character has no place in UTF-8. */
function wellFormed(said) {
  return JSON.parse(JSON.stringify(said), (_, value) => (typeof value === "string" ? (value.toWellFormed?.() ?? value) : value));
}

/** crypto.randomUUID exists only in a secure context, which plain HTTP to another host is not. */
function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
