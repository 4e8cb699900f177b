/** What the palette's things are called while they are dragged. */
export const PART_TYPE = 'application/x-nixstead-part';
