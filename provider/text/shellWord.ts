/**
 * A text as one word of a command line that a user is told to copy: what others wrote may be a path or a branch with
 * spaces, or a command of its own. `platform` as Node calls it.
 */
export function shellWord(text: string, platform: NodeJS.Platform = process.platform): string {
  if (/^[\w./@%+=:,-]+$/.test(text)) return text;
  // Neither of Windows' shells has a quotation mark within a path.
  if (platform === "win32") return `"${text.replaceAll('"', "")}"`;
  return `'${text.replaceAll("'", "'\\''")}'`;
}
