// Runs before the first paint, so that a chosen theme never flashes the other one. src/theme.ts does the rest.
try {
  const chosen = localStorage.getItem('sortie-theme');
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
} catch {
  // A browser that blocks storage follows the system theme.
}
