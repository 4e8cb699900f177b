/**
 * Where a host keeps the marks of protected generations: links that are roots of its garbage collector, so that the system
 * stays even where somebody else deletes the generation.
 */
export const protectedFolder = '/nix/var/nix/gcroots/nixstead-protected';
