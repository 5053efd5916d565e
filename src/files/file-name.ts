/** Whether a text can be the name of a file in a folder (at most 255 bytes on Linux). */
export const isFileName = (text: string): boolean =>
  !/[/\0]/.test(text) && !['', '.', '..'].includes(text) && Buffer.byteLength(text) <= 255;
