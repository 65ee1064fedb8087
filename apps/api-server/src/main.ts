const command = process.argv[2] ?? 'serve';
if (command === 'serve') await import('./cluster/serve.js');
else if (command === 'migrate') await import('./cluster/migrate.js');
else {
  console.error(`millrace: unknown command "${command}"; it is serve (the default) or migrate.`);
  process.exit(2);
}
