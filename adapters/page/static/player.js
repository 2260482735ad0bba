// Something to listen to: play and pause, where it is, and how loud it is when. One plays at a time.

const STEP = 5; // s that an arrow key moves by

/** `seconds` is what is told of it, for recordings that do not say how long they are. */
export function player({ url, name, seconds, waveform }) {
  const root = document.createElement("div");
  root.className = "player";
  const audio = root.appendChild(new Audio());
  Object.assign(audio, { preload: "metadata", src: url, ariaLabel: `Voice: ${name}` });
  const button = root.appendChild(toggle(audio, name));
  const track = root.appendChild(document.createElement("div"));
  track.className = "track";
  const wave = track.appendChild(document.createElement("div"));
  wave.className = "wave";
  const levels = Uint8Array.from(atob(waveform ?? ""), (char) => char.charCodeAt(0));
  if (levels.length) wave.append(bars(levels), bars(levels));
  else wave.classList.add("flat");
  const seek = track.appendChild(slider(audio, name));
  const time = root.appendChild(document.createElement("time"));
  const length = () => (Number.isFinite(audio.duration) ? audio.duration : seconds || 0);
  const draw = () => show({ audio, button, seek, time, wave, name }, length());
  for (const type of ["timeupdate", "durationchange", "play", "pause", "ended", "seeked"]) audio.addEventListener(type, draw);
  audio.addEventListener("play", () => quiet(audio));
  audio.addEventListener("error", () => fail(root, name));
  seek.addEventListener("input", () => {
    audio.currentTime = Number(seek.value);
    draw();
  });
  draw();
  return root;
}

function toggle(audio, name) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "play", ariaLabel: `Play ${name}` });
  button.addEventListener("click", () => press(audio));
  return button;
}

function press(audio) {
  if (audio.paused) audio.play().catch(() => {}); // what goes wrong is told by its error event
  else audio.pause();
}

function slider(audio, name) {
  const seek = document.createElement("input");
  Object.assign(seek, { type: "range", min: 0, max: 1, step: "any", value: 0, ariaLabel: `Position in ${name}` });
  seek.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: audio.currentTime - STEP, ArrowRight: audio.currentTime + STEP, Home: 0, End: Number(seek.max) }[event.key];
    if (to === undefined && event.key !== " ") return;
    event.preventDefault();
    if (event.key === " ") press(audio);
    else audio.currentTime = Math.min(Math.max(to, 0), Number(seek.max));
  });
  return seek;
}

function show({ audio, button, seek, time, wave, name }, length) {
  const at = audio.ended ? length : audio.currentTime;
  button.classList.toggle("playing", !audio.paused);
  button.ariaLabel = `${audio.paused ? "Play" : "Pause"} ${name}`;
  Object.assign(seek, { max: length || 1, value: at });
  seek.setAttribute("aria-valuetext", `${clock(at)} of ${clock(length)}`);
  time.textContent = at && !audio.ended ? `${clock(at)} / ${clock(length)}` : clock(length);
  wave.style.setProperty("--played", length ? Math.min(at / length, 1) : 0);
}

function quiet(playing) {
  for (const audio of document.querySelectorAll("audio")) if (audio !== playing) audio.pause();
}

function fail(root, name) {
  const sentence = document.createElement("p");
  sentence.textContent = `This browser cannot play “${name}”: download it to listen.`;
  root.replaceChildren(sentence);
}

/** `levels` from 0 to 255, drawn as they are wide enough to be. */
export function bars(levels) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${levels.length} 2`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const path = svg.appendChild(document.createElementNS(svg.namespaceURI, "path"));
  const bar = (level, at) => `M${at + 0.5} ${1 - Math.max(level / 255, 0.04)}V${1 + Math.max(level / 255, 0.04)}`;
  path.setAttribute("d", [...levels].map(bar).join(""));
  return svg;
}

export function clock(seconds) {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
