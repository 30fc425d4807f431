// @ts-check
// `npm test`: makes a bare machine ready, then runs every tier and adds them up.
// `npm test -- unit contract` runs those tiers; `npm test -- unit app.spec` those files.
import { requireNode } from './node-version.js';

requireNode();
// Only now may newer syntax be loaded.
const { provideNatsServers } = await import('./nats-server.js');
const { providePostgres } = await import('./postgres.js');
const { provideEngine } = await import('./docker-engine.js');
const { provideDockerPlugins } = await import('./docker-plugins.js');
const { provideHelm } = await import('./helm.js');
const { provideImageSources } = await import('./image-sources.js');
const { ROOT, prepare } = await import('./prepare.js');
const { providePrometheus } = await import('./prometheus.js');
const { TEST_PROGRAMS, testSentence } = await import('./programs.js');
const { provision } = await import('./provision.js');
const { runTier } = await import('./run-tier.js');
const { SetupFailed, runSteps } = await import('./setup-failed.js');
const { chooseTiers, sum, summaryLine, tierLine } = await import('./tiers.js');

await runSteps(async () => {
  await prepare();
  await provideParts();
  const { tiers, filters } = chooseTiers(process.argv.slice(2));
  const engine = tiers.includes('containers') ? await provideContainers() : {};
  const counts = [];
  const lines = [];
  const failed = [];
  for (const tier of tiers) {
    const started = Date.now();
    console.log(`\n== ${tier}`);
    const { count, failures } = await runTier(ROOT, tier, filters);
    counts.push(count);
    failed.push(...failures);
    lines.push(tierLine(tier, count, Date.now() - started));
  }
  await engine.stop?.();
  const total = sum(counts);
  if (failed.length > 0) console.log(`\n== what failed\n\n${failed.join('\n\n')}`);
  console.log(`\n${lines.join('\n')}\n\n${summaryLine(total)}`);
  process.exitCode = total.failed === 0 ? 0 : 1;
});

async function provideParts() {
  const missing = await provision(TEST_PROGRAMS);
  if (missing.length > 0) throw new SetupFailed(testSentence(missing));
  for (const provide of [provideNatsServers, providePostgres, providePrometheus, provideHelm]) {
    const lacking = await provide(ROOT);
    if (lacking !== undefined) throw new SetupFailed(lacking);
  }
}

/** What is missing is told, and then each test that needs it fails. */
async function provideContainers() {
  const engine = await provideEngine(ROOT);
  const lacking =
    engine.lacking ?? (await provideDockerPlugins(ROOT)) ?? (await provideImageSources());
  if (lacking !== undefined) console.error(lacking);
  return engine;
}
