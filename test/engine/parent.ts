/** Ends this program when the one that started it is gone: a killed CLI does not tell its plugins. */
export function endWithParent(): void {
  const parent = process.ppid;
  const look = (): void => {
    if (process.ppid !== parent) process.exit(1);
  };
  setInterval(look, 200).unref();
}
