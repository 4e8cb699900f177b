import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optionNamed, optionPlace } from '../../../../../shared/nix/options/place.ts';
import { nixLikeText } from '../nix-like-text.ts';

/** The place at `|`, as `the.way.to+what is written`; `*` for a name that only evaluation knows. */
function at(marked: string): string | null {
  const offset = marked.indexOf('|');
  const place = optionPlace(marked.replace('|', ''), offset);
  return place && `${place.path.map((name) => name ?? '?').join('.')}+${place.name}`;
}

describe('where an option’s name is written', () => {
  it('knows the dotted path and the sets around it, also where nothing follows yet', () => {
    expect(at('{ services.ngi| }')).toBe('services+ngi');
    expect(at('{\n  services.|\n  foo = 1;\n}')).toBe('services+');
    expect(at('{ boot.loader = { grub.de| }; }')).toBe('boot.loader.grub+de');
    expect(at('{ a = 1;\n  | }')).toBe('+');
    expect(at('{ services.nginx.en|able = true; }')).toBe('services.nginx+enable');
    expect(at('{ users.users."a.b".op| }')).toBe('users.users.a.b+op');
    expect(at('{ users.users.${name}.op| = 1; }')).toBe('users.users.?+op');
    expect(at('{ swapDevices = [ { de| } ]; }')).toBe('swapDevices.*+de');
  });
  it('goes through `config`, conditions, merges, functions and `//`', () => {
    expect(at('{ config, lib, ... }: { config = lib.mkIf x { services.nginx = { en| }; }; }')).toBe(
      'services.nginx+en',
    );
    expect(at('{ config.services.ng| }')).toBe('services+ng');
    expect(at('{ config = mkMerge [ { a.| } ]; }')).toBe('a+');
    expect(at('{ config = lib.mkMerge [ (lib.mkIf y { b = { c| }; }) ]; }')).toBe('b+c');
    expect(at('{ lib, ... }: with lib; let x = 1; in { a.b = lib.mkForce { c| }; }')).toBe('a.b+c');
    expect(at('{ environment.etc = lib.genAttrs [ "a" ] (name: { te| }); }')).toBe('environment.etc.?+te');
    expect(at('{ a = 1; } // (if x then { b| } else { })')).toBe('+b');
  });
  it('begins anew in each module: in `imports`, in a flake’s `modules`, in a hive', () => {
    expect(at('{ a.b = { }; imports = [ ({ config, ... }: { networking.ho| }) ]; }')).toBe('networking+ho');
    const flake =
      '{ outputs = inputs: { nixosConfigurations.a = lib.nixosSystem { modules = [ ./x { boot.| } ]; }; }; }';
    expect(at(flake)).toBe('boot+');
    expect(at('{ outputs = _: { colmena = { meta = { a| }; }; }; }')).toBeNull();
    expect(at('{ outputs = _: { colmena.web = { deployment.t| }; }; }')).toBe('deployment+t');
    expect(at('{ outputs = _: { colmenaHive = colmena.lib.makeHive { web = { pkgs, ... }: { time.| }; }; }; }')).toBe(
      'time+',
    );
    expect(at('{ meta.nixpkgs = import <nixpkgs> { }; web = { time.| }; }')).toBe('time+');
    expect(at('{ outputs = _: { nixosModules.common = { time.| }; }; }')).toBe('time+');
  });
  it('knows what `config` is where options are read', () => {
    expect(at('{ config, ... }: { a = lib.mkIf config.services.ng| { }; }')).toBe('services+ng');
    expect(at('{ config, ... }: { a = "${config.networking.|}"; }')).toBe('networking+');
    expect(at('{ config, ... }: let x = config.boot.|; in { }')).toBe('boot+');
    expect(at('{ pkgs, ... }: { a = config.services.ng|; }')).toBeNull();
  });
  it('is silent in comments, strings, paths, arguments, `let`, declarations and files that are no modules', () => {
    const silent = [
      '{ a = "services.ng|"; }',
      "{ a = ''\n  services.ng|''; }",
      '{ # services.ng|\n}',
      '{ /* services.ng| */ }',
      '{ a = ./foo.b|; }',
      '{ lib, pk| }: { }',
      '{ pk| }: { }',
      '{ pkgs, con|fig ? 1 }: { }',
      '{ ... }: let x = { services.| }; in { }',
      '{ options.services.my| }',
      '{ imp = [ (f { a| }) ]; }',
      'final: prev: { a| }',
      '{ inputs.nix| ; outputs = _: { }; }',
      '{ inherit (config.services) ng|; }',
      '',
    ];
    for (const text of silent) expect(at(text.includes('|') ? text : `${text}|`), text).toBeNull();
  });
  it('names the whole option under the cursor', () => {
    const text = '{ services.nginx = { enable = true; }; }';
    expect(optionNamed(text, text.indexOf('able'))?.path).toEqual(['services', 'nginx', 'enable']);
    expect(optionNamed(text, text.indexOf('vices'))?.path).toEqual(['services']);
    expect(optionNamed(text, text.indexOf('='))).toBeNull();
    expect(optionNamed(text, text.indexOf('true'))).toBeNull();
  });
});

it('whatever is in a text, a place lies inside it and spans the name that it tells', () => {
  fc.assert(
    fc.property(nixLikeText(), fc.nat(), (text, number) => {
      const offset = number % (text.length + 1);
      const place = optionPlace(text, offset);
      if (place === null) return;
      expect(place.from).toBeLessThanOrEqual(offset);
      expect(place.to).toBeGreaterThanOrEqual(offset);
      expect(text.slice(place.from, place.to)).toBe(place.name);
    }),
    { numRuns: 2000 },
  );
});

it('every way of nesting the same path gives the same place', () => {
  const names = fc.array(fc.constantFrom('services', 'nginx', 'a', 'x-y', "b'"), { minLength: 1, maxLength: 6 });
  const wrap = fc.constantFrom(
    (text: string) => text,
    (text: string) => `lib.mkIf (config.a == 1) ${text}`,
    (text: string) => `lib.mkMerge [ { z = 1; } ${text} ]`,
    (text: string) => `{ z = 1; } // ${text} // { y = 2; }`,
    (text: string) => `let q = { r = 1; }; in (${text})`,
    (text: string) => `/* { */ with lib; # }\n ${text}`,
  );
  fc.assert(
    fc.property(names, fc.array(fc.tuple(fc.boolean(), wrap), { minLength: 6, maxLength: 6 }), (path, steps) => {
      const last = path.length - 1;
      let text = `${path[last]}|`;
      for (let index = last - 1; index >= 0; index--) {
        const [isNested = false, around = (inner: string) => inner] = steps[index] ?? [];
        const whole = index === last - 1 ? text : `${text} after = [ ];`;
        text = isNested ? `${path[index]} = ${around(`{ before = 1; ${whole} }`)};` : `${path[index]}.${text}`;
      }
      expect(at(`{ config, lib, ... }: { ${text} }`)).toBe(`${path.slice(0, -1).join('.')}+${path[last]}`);
    }),
    { numRuns: 500 },
  );
});
