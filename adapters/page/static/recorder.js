// The microphone: press to record, stop to listen and send. The browser's file does not say how
// long it is, so that is measured here.

import { bars, clock } from "./player.js";

const BITS = 32_000; // per s; clear for speech, and 100 minutes are 25 MB
const EVERY = 100; // ms between two levels
const SHOWN = 48; // levels while one records
const MOST = 200; // levels of a whole recording
const KINDS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const SUFFIX = { "audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a" };

const REFUSED = {
  NotAllowedError: "This page may not use the microphone: allow it in the browser's address bar, then press the button again.",
  NotFoundError: "There is no microphone here: connect one, then press the button again.",
  NotReadableError: "The microphone is busy: another program may be using it.",
};
const INSECURE = "Browsers let a page record only under https:// or on localhost.";

/** Tells `complain` with a sentence and `recorded` with {file, seconds, waveform}. */
export class Recorder extends EventTarget {
  #session = null;

  constructor({ record, recording, box }) {
    super();
    Object.assign(this, { record, recording, box, largest: Infinity });
    [this.discard, this.stop] = recording.querySelectorAll("button");
    record.addEventListener("click", () => this.#start());
    this.discard.addEventListener("click", () => this.#end(false));
    this.stop.addEventListener("click", () => this.#end(true));
    recording.addEventListener("keydown", (event) => event.key === "Escape" && this.#end(false));
  }

  async #start() {
    if (!navigator.mediaDevices || !window.MediaRecorder) return this.#tell("complain", INSECURE);
    this.record.disabled = true;
    try {
      this.#begin(await navigator.mediaDevices.getUserMedia({ audio: true }));
    } catch (error) {
      this.#tell("complain", REFUSED[error.name] ?? `The microphone cannot be used: ${error.message}`);
    } finally {
      this.record.disabled = false;
    }
  }

  #begin(stream) {
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    const media = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS });
    const session = { stream, media, chunks: [], size: 0, levels: [], keep: false, ...listen(stream) };
    media.addEventListener("start", () => (session.started = performance.now()));
    media.addEventListener("dataavailable", ({ data }) => this.#take(session, data));
    media.addEventListener("stop", () => this.#finish(session));
    stream.getTracks()[0].addEventListener("ended", () => this.#end(true)); // unplugged
    media.start(1000);
    this.#session = session;
    session.timer = setInterval(() => this.#draw(session), EVERY);
    this.#show(true);
    this.#draw(session);
    this.#tell("complain", "");
    this.stop.focus();
  }

  #take(session, data) {
    session.chunks.push(data);
    session.size += data.size;
    if (session.size + BITS > this.largest) this.#end(true); // four seconds more would be too large
  }

  #end(keep) {
    const session = this.#session;
    if (!session) return;
    this.#session = null;
    session.keep = keep;
    session.seconds = (performance.now() - (session.started ?? performance.now())) / 1000;
    session.media.stop();
  }

  #finish({ stream, context, timer, media, chunks, levels, keep, seconds }) {
    clearInterval(timer);
    context.close();
    for (const track of stream.getTracks()) track.stop();
    this.#show(false);
    const type = media.mimeType.split(";")[0];
    const file = new File(chunks, `voice message.${SUFFIX[type] ?? "webm"}`, { type });
    if (keep) this.#tell("recorded", { file, seconds, waveform: packed(levels) });
    this.dispatchEvent(new Event("end"));
  }

  #draw({ levels, level, started }) {
    levels.push(level());
    const shown = levels.slice(-SHOWN);
    this.recording.querySelector(".wave").replaceChildren(bars([...Array(SHOWN - shown.length).fill(0), ...shown]));
    this.recording.querySelector("time").textContent = clock(started ? Math.floor((performance.now() - started) / 1000) : 0);
  }

  #show(shown) {
    this.recording.hidden = !shown;
    this.box.classList.toggle("recording", shown);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** `level()` is how loud it is now, 0 to 255, as ears have it: half as loud is half as high. */
function listen(stream) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const level = () => {
    analyser.getFloatTimeDomainData(samples);
    const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    return Math.round(255 * Math.min(1, Math.sqrt(rms * 2)));
  };
  return { context, level };
}

/** At most so many levels, each the loudest of its time, in base64. */
function packed(levels) {
  const wide = Math.max(1, Math.ceil(levels.length / MOST));
  const loudest = Array.from({ length: Math.ceil(levels.length / wide) }, (_, at) => Math.max(...levels.slice(at * wide, (at + 1) * wide)));
  return btoa(String.fromCharCode(...loudest));
}
