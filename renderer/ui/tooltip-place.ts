interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

const GAP_PX = 6;
const EDGE_PX = 8;

/** Centred above the anchor, below it where there is no room, always inside the window. */
export function placeTooltip(
  anchor: Box,
  bubble: Pick<Box, 'width' | 'height'>,
  view: Pick<Box, 'width' | 'height'>,
): Pick<Box, 'left' | 'top'> {
  const centred = anchor.left + anchor.width / 2 - bubble.width / 2;
  const left = Math.max(EDGE_PX, Math.min(centred, view.width - bubble.width - EDGE_PX));
  const above = anchor.top - bubble.height - GAP_PX;
  const top = above >= EDGE_PX ? above : anchor.top + anchor.height + GAP_PX;
  return { left: Math.round(left), top: Math.round(top) };
}
