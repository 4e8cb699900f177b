// @ts-check
const { chmodSync, existsSync, readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');

/** What the bundles leave outside because it is native; the engine reads it from app.asar. */
const enginePackages = withDependencies(['better-sqlite3', 'node-pty', 'ssh2']);
/** The same for the runner, which a plain Node starts and which therefore lies outside of app.asar. */
const runnerPackages = withDependencies(['node-pty', 'ssh2']);

/** Sources, foreign platforms and tests of packages are not needed at run time. */
const lean = [
  '!**/{test,tests,__tests__,docs,example,examples,bench}/**',
  '!**/*.{md,ts,map,c,cc,cpp,h,hpp,gyp,gypi,o,a,mk,pdb}',
  '!**/{binding.gyp,Makefile,tsconfig.json,.github}',
  // One compiled file per platform lies in the package.
  `!better-sqlite3/prebuilds/!(${process.platform}-*.node)`,
  '!better-sqlite3/{deps,src}/**',
];

/**
 * Packages with all that they depend on, by the lock file's own tree.
 * @param {string[]} names
 * @returns {string[]}
 */
function withDependencies(names) {
  const found = new Set();
  const visit = (/** @type {string} */ name) => {
    const manifest = join(root, 'node_modules', name, 'package.json');
    // node-addon-api and prebuild-install are for compiling only; cpu-features is an optional speed-up that we do not build.
    if (found.has(name) || !existsSync(manifest) || ['node-addon-api', 'cpu-features', 'nan'].includes(name)) return;
    found.add(name);
    for (const next of Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).dependencies ?? {})) visit(next);
  };
  names.forEach(visit);
  return [...found];
}

/** The Node that runs jobs: Electron's own must not run as Node (its fuse is off). */
const nodeFile =
  process.platform === 'linux'
    ? { from: join(root, 'node_modules', 'node-linux-${arch}', 'bin', 'node'), to: 'node/node' }
    : { from: process.execPath, to: process.platform === 'win32' ? 'node/node.exe' : 'node/node' };

const electronDist = process.env['NIXSTEAD_ELECTRON_DIST'];

/** @type {import('electron-builder').Configuration} */
module.exports = {
  appId: 'io.github.nixstead.Nixstead',
  productName: 'Nixstead',
  copyright: 'Nixstead contributors, MIT licence',
  directories: { output: join(root, 'out'), buildResources: join(__dirname, 'icons') },
  asar: true,
  // The native packages are Node-API: the compiled file serves Node and Electron alike.
  npmRebuild: false,
  ...(electronDist ? { electronDist } : {}),

  files: [
    'package.json',
    'dist/shell/**',
    'dist/renderer/**',
    'dist/engine/**',
    '!dist/engine/{runner,nix-host,nixstead}.js',
    '!node_modules/**',
    ...enginePackages.map((name) => `node_modules/${name}/**`),
    ...lean.map((pattern) => pattern.replace('!better-sqlite3', '!node_modules/better-sqlite3')),
  ],
  // node-pty's helper is a program, for macOS.
  asarUnpack: ['**/*.node', '**/spawn-helper'],
  extraResources: [
    nodeFile,
    { from: join(root, 'dist', 'engine', 'runner.js'), to: 'runner/runner.js' },
    { from: join(root, 'dist', 'engine', 'nix-host.js'), to: 'runner/nix-host.js' },
    { from: join(root, 'build', 'package', 'runner.json'), to: 'runner/package.json' },
    ...runnerPackages.map((name) => ({
      from: join(root, 'node_modules', name),
      to: `runner/node_modules/${name}`,
      filter: ['**/*', ...lean],
    })),
  ],

  electronFuses: {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableCookieEncryption: true,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
    // Nobody makes a snapshot of its own here.
    loadBrowserProcessSpecificV8Snapshot: false,
  },

  linux: {
    target: ['AppImage', 'deb', 'rpm'],
    executableName: 'nixstead',
    category: 'System',
    synopsis: 'Add, configure and deploy NixOS machines',
    maintainer: 'Nixstead contributors',
    syncDesktopName: true,
  },
  deb: { depends: ['git', 'openssh-client', 'libgtk-3-0', 'libnss3', 'libsecret-1-0'], recommends: ['nix-bin'] },
  rpm: {
    depends: ['git', 'openssh-clients', 'gtk3', 'nss', 'libsecret'],
    // Without it, rpm links files by build id, and two Electron apps on one machine collide.
    fpm: ['--rpm-rpmbuild-define=_build_id_links none'],
  },
  mac: { target: ['dmg'], category: 'public.app-category.developer-tools', hardenedRuntime: true },
  win: { target: ['nsis'] },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },

  /** node-pty's helper for macOS loses its executable bit on the way through npm. */
  afterPack({ appOutDir, packager, electronPlatformName }) {
    if (electronPlatformName !== 'darwin') return;
    const app = join(appOutDir, `${packager.appInfo.productFilename}.app`);
    for (const place of ['runner', 'app.asar.unpacked']) {
      const prebuilds = join(app, 'Contents', 'Resources', place, 'node_modules', 'node-pty', 'prebuilds');
      for (const name of readdirSync(prebuilds)) {
        const helper = join(prebuilds, name, 'spawn-helper');
        if (existsSync(helper)) chmodSync(helper, 0o755);
      }
    }
  },
};
