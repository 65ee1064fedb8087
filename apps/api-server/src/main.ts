const command = process.argv[2] ?? 'serve';
if (command === 'serve') await import('./cluster/serve.js');
else if (command === 'migrate') await import('./cluster/migrate.js');
else if (command === 'doctor') await import('./cluster/doctor.js');
else if (command === 'gc') await import('./cluster/gc.js');
else {
  console.error(`millrace: unknown command "${command}"; it is serve (the default), migrate, doctor or gc.`);
  process.exit(2);
}
