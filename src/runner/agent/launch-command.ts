// A box tells its model URL only to its environment, but some agents want it in an argument. The shell joins the two, inside.
import type { LaunchRequest } from '../../../adapters/agent/contract.ts';

/** Stands for the URL while the command is prepared; no resolver knows the name. */
export const modelUrlMark: LaunchRequest['modelUrl'] = 'http://model.gantry.invalid';

const script = `
n=$#
while [ "$n" -gt 0 ]; do
  a=$1
  shift
  case $a in
    *"$GANTRY_MARK"*) a=\${a%%"$GANTRY_MARK"*}$GANTRY_MODEL_URL\${a#*"$GANTRY_MARK"} ;;
  esac
  set -- "$@" "$a"
  n=$((n - 1))
done
unset GANTRY_MARK GANTRY_MODEL_URL a n
exec "$@"`;

/** Puts the real URL in the place of the first mark of each argument and becomes the command. */
export const launchCommand = (command: readonly string[]): string[] => ['/bin/sh', '-c', script, 'sh', ...command];

export const launchEnv = (modelUrl: string): Record<string, string> => ({
  GANTRY_MARK: modelUrlMark,
  GANTRY_MODEL_URL: modelUrl,
});
