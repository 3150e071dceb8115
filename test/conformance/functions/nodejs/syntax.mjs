export { nothing as handler } from 'node:fs';
