// How fast something grows: the slope of the line that fits best (least squares), per unit of the first number.

export function slopePerMinute(points: readonly (readonly [number, number])[]): number {
  const mean = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const over = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0);
  const under = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return under === 0 ? 0 : Math.round((over / under) * 100) / 100;
}
