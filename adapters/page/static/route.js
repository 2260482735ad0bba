// Where one is, as the address has it: #ID is a thread of one's own, #/general a channel, and
// #/general/ID a thread of it. What follows an ID is one message of it.

const ID = /^[\w-]{8,64}$/;

export function read(hash) {
  const [, name, within = ""] = /^#\/([a-z0-9][a-z0-9_-]{0,30})(?:\/(.*))?$/.exec(hash) ?? [];
  const [thread = "", post = ""] = (name ? within : hash.slice(1)).split("/");
  const known = (id) => (ID.test(id) ? id : "");
  return { channel: name ? `#${name}` : "", thread: known(thread), post: known(post) };
}

export function write({ channel, thread }) {
  if (!channel) return thread ? `#${thread}` : location.pathname;
  return `#/${[channel.slice(1), thread].filter(Boolean).join("/")}`;
}
