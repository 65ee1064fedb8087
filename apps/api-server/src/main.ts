const command = process.argv[2] ?? 'serve';
if (command === 'serve') await import('./cluster/serve.js');
else if (command === 'migrate') await import('./cluster/migrate.js');
else if (command === 'doctor') await import('./cluster/doctor.js');
else {
  console.error(`millrace: unknown command "${command}"; it is serve (the default), migrate or doctor.`);
  process.exit(2);
}
