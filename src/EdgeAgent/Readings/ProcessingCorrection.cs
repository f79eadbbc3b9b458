using EdgeAgent.Sensors;

namespace EdgeAgent.Readings;

/// <summary>
/// The way of one value through its rule: scaled, mapped, checked for plausibility, rounded. It remembers the last value, for
/// the largest step; otherwise pure. For one field of one sensor, one call at a time.
/// </summary>
internal sealed class ProcessingCorrection(ProcessingRule rule)
{
    /// <summary>A jump that is seen so many times running is the truth: a door was opened, a probe was moved.</summary>
    public const int JumpsBelieved = 3;

    private double? _last;
    private double _jump;
    private int _jumps;

    /// <summary>The value as it goes on, or why it does not. Text and booleans go on as they are.</summary>
    public SensorFailure? Apply(NamedValue value, out NamedValue corrected)
    {
        corrected = value with { Unit = rule.Unit ?? value.Unit };
        if (!value.Value.TryGetNumber(out var number))
        {
            return value.Value.Kind is ValueKind.None ? new(SensorFailureKind.Implausible, $"{value.Name} is not a finite number") : null;
        }

        var result = Map(Multiply(number, rule.Scale) + rule.Offset);
        if (Implausible(value.Name, result) is { } failure)
        {
            return failure;
        }

        // A whole number that nothing has touched stays one.
        if (result != number || value.Value.Kind is ValueKind.Real)
        {
            corrected = corrected with { Value = Value.Of(Round(rule, result)) };
        }

        return null;
    }

    /// <summary>Rounded as the rule has it; half goes away from zero.</summary>
    public static double Round(ProcessingRule rule, double number) =>
        rule.Digits is { } digits ? Math.Round(number, digits, MidpointRounding.AwayFromZero) : number;

    /// <summary>The product that a person expects: 3 x 0.1 is 0.30000000000000004 to the machine, 3 / 10 is 0.3.</summary>
    public static double Multiply(double number, double scale)
    {
        var divisor = Math.Round(1 / scale);
        return Math.Abs(scale) < 1 && 1 / divisor == scale ? number / divisor : number * scale;
    }

    private double Map(double number)
    {
        var points = rule.Map.AsSpan();
        if (points.Length < 2)
        {
            return number;
        }

        var end = 1;
        while (end < points.Length - 1 && number > points[end].From)
        {
            end++;
        }

        var (left, right) = (points[end - 1], points[end]);
        return left.To + ((number - left.From) * (right.To - left.To) / (right.From - left.From));
    }

    private SensorFailure? Implausible(string name, double number)
    {
        if (!double.IsFinite(number))
        {
            return new(SensorFailureKind.Implausible, $"{name} is not a finite number");
        }

        if (number < rule.Minimum)
        {
            return new(SensorFailureKind.Implausible, FormattableString.Invariant($"{name} is {number}, below its min of {rule.Minimum}"));
        }

        if (number > rule.Maximum)
        {
            return new(SensorFailureKind.Implausible, FormattableString.Invariant($"{name} is {number}, above its max of {rule.Maximum}"));
        }

        return rule.MaximumStep is { } step && !IsStepBelieved(number, step)
            ? new(SensorFailureKind.Implausible, FormattableString.Invariant($"{name} jumped from {_last} to {number}, more than its max_step of {step}"))
            : null;
    }

    private bool IsStepBelieved(double number, double step)
    {
        if (_last is { } last && Math.Abs(number - last) > step)
        {
            _jumps = _jumps > 0 && Math.Abs(number - _jump) <= step ? _jumps + 1 : 1;
            _jump = number;
            if (_jumps < JumpsBelieved)
            {
                return false;
            }
        }

        _jumps = 0;
        _last = number;
        return true;
    }
}
