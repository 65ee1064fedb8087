const EMISSARY = /^time=\S+ level=[A-Za-z]+ msg=.* argo=true\b/;
const ENDED = /msg="sub-process exited"/;
const EXIT = /^Error: exit status \d+$/;

/**
 * Says of one line of a pod's log after the other whether the user's program wrote it. Argo's executor writes its own between them, which are not
 * in the log that it stores.
 */
export function createUserLineFilter(): (line: string) => boolean {
  let ended = false;
  return (line) => {
    if (EMISSARY.test(line)) {
      ended ||= ENDED.test(line);
      return false;
    }
    return !(ended && EXIT.test(line));
  };
}
