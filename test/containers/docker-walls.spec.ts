// Goal: a session in Docker can do no more than docs/docker.md says: its containers are bounded and have no rights, its
//       app reaches nothing of the network, and two installations on one engine leave each other alone.
// Method: real containers, looked at with docker inspect and tried from inside; what must fail is shown to work elsewhere.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESKTOP_IMAGES, docker } from '#test/support/docker-images.js';
import { DockerStage } from '#test/support/docker-stage.js';
import { until } from '#test/support/waits.js';

const stage = new DockerStage();
const MIB = 1024 ** 2;

describe('the containers of a session', () => {
  it('have no rights, nothing to write on but what is mounted, and a bound on everything', async () => {
    const limits = { memoryBytes: 200 * MIB, cpus: 0.5, processesMax: 40 };
    const driver = await stage.open({ limits });
    const { sessionId } = await stage.start(driver, stage.spec());
    const { app, display } = await stage.inspect(sessionId);
    const walls = {
      CapAdd: null,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Privileged: false,
      PublishAllPorts: false,
      NetworkMode: 'none',
      RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
      LogConfig: { Type: 'json-file', Config: { 'max-file': '1', 'max-size': '256k' } },
      UTSMode: '',
      Binds: null,
      Devices: null,
    };
    for (const { HostConfig } of [app, display]) expect(HostConfig).toMatchObject(walls);
    const bounds = { Memory: 200 * MIB, MemorySwap: 200 * MIB, NanoCpus: 5e8, PidsLimit: 40 };
    expect(app.HostConfig).toMatchObject(bounds);
    expect(display.HostConfig).toMatchObject({ Memory: 640 * MIB, NanoCpus: 5e8, PidsLimit: 64 });
    expect(app.Config.User).toBe('1000:1000');
    expect(display.Config.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('have no folder of the machine but the one that the display tells Sortie in', async () => {
    const driver = await stage.open();
    const { sessionId } = await stage.start(driver, stage.spec());
    const { app, display } = await stage.inspect(sessionId);
    const mounts = ({ Mounts }: typeof app) =>
      Mounts.map(({ Type, Destination, RW }) => `${Type} ${Destination} ${RW ? 'rw' : 'ro'}`);
    expect(mounts(app).toSorted()).toEqual([
      'volume /home/user/workspace rw',
      'volume /tmp/.X11-unix ro',
    ]);
    expect(mounts(display).toSorted()).toEqual([
      'bind /run/sortie rw',
      'volume /tmp/.X11-unix rw',
      'volume /workspace rw',
    ]);
    expect(
      await docker('inspect', '--format', '{{json .Mounts}}', `sortie-${sessionId}-display`),
    ).toContain(join(stage.runtimeDir, sessionId));
  });

  it('keep what the kernel keeps from apps: system calls, devices, the disk, other processes', async () => {
    const driver = await stage.open();
    const seen = await stage.ask(
      driver,
      [
        'grep Seccomp: /proc/self/status',
        'unshare --user true || echo no namespaces',
        'touch /usr/x || echo no writing',
        'touch "$HOME/x" /tmp/x "$XDG_RUNTIME_DIR/x" && echo own places',
        'ls /dev | tr "\\n" " "',
        'kill -9 1 || echo no killing of the display',
        'rm -f /tmp/.X11-unix/X0 || echo no removing of its socket',
        'cat /proc/1/environ || echo no reading of its environment',
        'id -u',
      ].join('; '),
    );
    expect(seen).toContain('Seccomp:\t2');
    for (const wall of ['no namespaces', 'no writing', 'own places', 'no killing of the display']) {
      expect(seen).toContain(wall);
    }
    expect(seen).toContain('no removing of its socket');
    expect(seen).toContain('no reading of its environment');
    expect(seen).not.toMatch(/\b(sda|vda|kvm|fuse|mem|kmsg)\b/);
    expect(seen).toMatch(/^1000$/m);
  });

  it('bound what an app may put into memory that is no process', async () => {
    const driver = await stage.open();
    const fill = (file: string) => `head -c 300000000 /dev/zero >${file}; stat -c %s ${file}`;
    const seen = await stage.ask(driver, `${fill('/tmp/x')}; ${fill('/tmp/.X11-unix/x')}`);
    expect(seen).toContain(`${256 * MIB}\n`);
    expect(seen).toContain('/tmp/.X11-unix/x: Read-only file system');
  });

  it('pass an app its environment, and the image its own', async () => {
    const driver = await stage.open();
    const seen = await stage.ask(driver, 'env; pwd; stat -c "%u:%g %a" .; hostname');
    expect(seen).toContain('HOME=/home/user/workspace');
    expect(seen).toContain('DISPLAY=:0');
    expect(seen).toContain('PATH=/usr/local/sbin');
    expect(seen).toContain('1000:1000 700');
    expect(seen).toMatch(/^\/home\/user\/workspace\ndesktop$|^desktop$/m);
  });
});

describe('the network', () => {
  let server: Server;
  let port: number;
  let neighbour: string;

  /** Answers `reached <address>` for each address of which a connection to a port came about. */
  const reach = (targets: readonly string[]): string =>
    targets
      .map(
        (target) =>
          `timeout 2 bash -c 'echo >/dev/tcp/${target.replace(':', '/')}' && echo reached ${target}`,
      )
      .join('; ');
  const hostAddresses = (): string[] =>
    Object.values(networkInterfaces())
      .flatMap((one) => one ?? [])
      .filter(({ family, address }) => family === 'IPv4' && address !== '127.0.0.1')
      .map(({ address }) => `${address}:${port}`);

  beforeAll(async () => {
    server = createServer((socket) => socket.end()).listen(0, '0.0.0.0');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
    const listen =
      'my $s = IO::Socket::INET->new(Listen => 5, LocalPort => 4222, ReuseAddr => 1); while (my $c = $s->accept) { close $c }';
    const id = await docker(
      ...['run', '--detach', '--label', 'sortie-test', DESKTOP_IMAGES.terminal],
      ...['perl', '-MIO::Socket::INET', '-e', listen],
    );
    neighbour = await docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', id);
  });
  afterAll(() => server.close());

  it('is nothing at all for an app: not the machine, not its services, not the world', async () => {
    const targets = [...hostAddresses(), `${neighbour}:4222`, '127.0.0.1:4222', '1.1.1.1:53'];
    expect(targets.length).toBeGreaterThan(4);
    const driver = await stage.open();
    const seen = await stage.ask(driver, `cat /proc/net/dev /proc/net/route; ${reach(targets)}`);
    expect(seen).not.toContain('reached');
    expect(seen).toContain('lo:');
    expect(seen).not.toContain('eth0');
  });

  it('is seen by the same tries where there is one', async () => {
    const targets = [...hostAddresses(), `${neighbour}:4222`];
    const seen = await docker(
      'run',
      '--rm',
      DESKTOP_IMAGES.terminal,
      'bash',
      '-c',
      `${reach(targets)}; true`,
    );
    expect(seen).toContain(`reached ${neighbour}:4222`);
    expect(seen).toMatch(new RegExp(`reached [\\d.]+:${port}`));
  });

  it('leads out when that was asked for, to the machine too, but to no container and no other session', async () => {
    const driver = await stage.open({ network: 'internet' });
    const listen =
      'my $s = IO::Socket::INET->new(Listen => 5, LocalPort => 4222); system("touch listens"); while (my $c = $s->accept) { close $c }';
    const other = await stage.start(driver, stage.spec(`perl -MIO::Socket::INET -e '${listen}'`));
    const place = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
    const address = await docker('inspect', '--format', place, other.name);
    expect(address).toMatch(/^10\.213\./);
    await until('the listener', () => stage.machine.readWorkspace(other.sessionId, 'listens'));
    const targets = [`${address}:4222`, `${neighbour}:4222`, ...hostAddresses()];
    const seen = await stage.ask(driver, reach(targets));
    expect(seen).toMatch(new RegExp(`reached [\\d.]+:${port}`));
    expect(seen).not.toContain(':4222');
  });

  it('is made for many sessions, more than the engine has pools of its own', async () => {
    const made: string[] = [];
    const labels = ['--label', 'sortie-test'];
    try {
      for (let number = 0; number < 8; number += 1) {
        const name = `sortie-test-pool-${process.pid}-${number}`;
        // Takes places of the pool, so that some attempts overlap.
        await docker(
          'network',
          'create',
          ...labels,
          '--subnet',
          `10.213.${number * 32}.0/19`,
          name,
        );
        made.push(name);
      }
      const driver = await stage.open({ network: 'internet' });
      await expect(stage.start(driver, stage.spec())).rejects.toThrow('10.213.0.0/16');
      await docker('network', 'rm', made.pop() ?? '', made.pop() ?? '', made.pop() ?? '');
      expect(await stage.start(driver, stage.spec())).toMatchObject({ state: 'running' });
    } finally {
      if (made.length > 0) await docker('network', 'rm', ...made);
    }
  });
});

describe('two installations on one engine', () => {
  it('see and stop only their own sessions', async () => {
    const one = await stage.open();
    const other = await stage.open({ runtimeDir: join(stage.folder, 'other') });
    const mine = await stage.start(one, stage.spec());
    const theirs = await stage.start(other, stage.spec());
    expect(await one.list()).toEqual([mine]);
    expect(await other.inspect(mine.sessionId)).toBeUndefined();
    expect(await other.stop(mine.sessionId)).toBe('gone');
    expect(await one.inspect(mine.sessionId)).toEqual(mine);
    await one.stop(mine.sessionId);
    expect(await other.list()).toEqual([theirs]);
  });

  it('do not take a session over that the other has under the same id', async () => {
    const one = await stage.open();
    const other = await stage.open({ runtimeDir: join(stage.folder, 'other') });
    const mine = await stage.start(one, stage.spec());
    const again = stage.start(other, stage.spec(undefined, { sessionId: mine.sessionId }));
    await expect(again).rejects.toMatchObject({
      code: 'EngineRefused',
      message: expect.stringContaining('another installation of Sortie'),
    });
    expect(await one.inspect(mine.sessionId)).toEqual(mine);
    expect(await other.list()).toEqual([]);
  });
});
