'use strict';
// Preloaded into a synth: its largest resident size, in kB, goes to the file that MEMORY_REPORT names.
const { writeFileSync } = require('node:fs');

process.on('exit', () => writeFileSync(process.env.MEMORY_REPORT, String(process.resourceUsage().maxRSS)));
