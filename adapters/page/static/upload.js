// A file's way to Parley. It waits there for the message or form that it comes with.

/** The file as posts show it. Throws an Error with a sentence. */
export async function upload(person, file, signal) {
  await readable(file);
  const url = `/media/${person}?${new URLSearchParams({ name: file.name })}`;
  const answer = await fetch(url, { method: "POST", body: file, signal }).catch((error) => {
    throw error.name === "AbortError" ? error : new Error(`Parley is out of reach, so “${file.name}” was not attached.`);
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

/** A folder looks like a file until one reads it. */
async function readable(file) {
  if (!file.size) throw new Error(`“${file.name}” is empty.`);
  await file.slice(0, 1).arrayBuffer().catch(() => {
    throw new Error(`“${file.name}” cannot be read: it may be a folder, or it was moved.`);
  });
}

export function tooLarge(file, largest) {
  return file.size > largest ? `“${file.name}” has ${bytes(file.size)}; ${bytes(largest)} is the most.` : "";
}

export function bytes(number) {
  const units = ["bytes", "kB", "MB", "GB"];
  let at = 0;
  for (; number >= 1000 && at < units.length - 1; at++) number /= 1000;
  return `${number.toLocaleString("en", { maximumFractionDigits: number < 10 ? 1 : 0 })} ${units[at]}`;
}
