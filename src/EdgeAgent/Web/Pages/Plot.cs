using System.Globalization;
using System.Text;

namespace EdgeAgent.Web.Pages;

/// <summary>Draws curves over time as inline SVG; the labels are HTML around it, so that they stay readable at any width.</summary>
internal static class Plot
{
    private const double Width = 720;
    private const double Height = 120;

    /// <summary>Under this share of a column with a connection, the column counts as an outage.</summary>
    private const double Connected = 0.9;

    /// <param name="html">Written to.</param>
    /// <param name="title">What is shown.</param>
    /// <param name="present">The value now, with its unit.</param>
    /// <param name="curves">All of the same length.</param>
    /// <param name="connected">The share of each column with a connection; empty where outages do not count.</param>
    /// <param name="label">Writes a value of the axis.</param>
    /// <param name="times">What stands below, from left to right, evenly spaced.</param>
    public static void Write(Html html, string title, string present, Curve[] curves, double?[] connected, Func<double, string> label, string[] times)
    {
        var top = Ceiling(curves.SelectMany(static curve => curve.Values).OfType<double>().DefaultIfEmpty(0).Max());
        html.Add($"<figure class=\"plot\"><figcaption><h3>{title}</h3><span>{present}</span></figcaption><div class=\"frame\">");
        html.Add($"<span class=\"top\">{label(top)}</span><span class=\"middle\">{label(top / 2)}</span>");
        html.Add($"<svg viewBox=\"0 0 {Width:0} {Height:0}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{title}: {present}\">");
        Outages(html, connected);
        html.Add($"<path class=\"grid\" d=\"M0 .5H{Width:0}M0 {Height / 2:0}H{Width:0}M0 {Height:0}H{Width:0}\"/>");
        foreach (var curve in curves)
        {
            if (curve.IsFilled)
            {
                html.Add($"<path class=\"{curve.Look} fill\" d=\"{Path(curve.Values, top, isClosed: true)}\"/>");
            }

            html.Add($"<path class=\"{curve.Look} line\" d=\"{Path(curve.Values, top, isClosed: false)}\"/>");
        }

        html.Add($"</svg></div><div class=\"times\">");
        foreach (var time in times)
        {
            html.Add($"<span>{time}</span>");
        }

        html.Add($"</div></figure>");
    }

    /// <summary>The next of 1, 2, 5, 10, 20, 50 ... that is not smaller; at least 1.</summary>
    internal static double Ceiling(double value)
    {
        if (value <= 1)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return (value / power) switch
        {
            <= 1 => power,
            <= 2 => 2 * power,
            <= 5 => 5 * power,
            _ => 10 * power,
        };
    }

    private static void Outages(Html html, double?[] connected)
    {
        var width = Width / Math.Max(1, connected.Length);
        for (var from = 0; from < connected.Length; from++)
        {
            var to = from;
            while (to < connected.Length && connected[to] < Connected)
            {
                to++;
            }

            if (to > from)
            {
                html.Add($"<rect class=\"outage\" x=\"{from * width:0.#}\" y=\"0\" width=\"{(to - from) * width:0.#}\" height=\"{Height:0}\"/>");
                from = to;
            }
        }
    }

    /// <summary>The path of the values; gaps stay gaps, and a value between two gaps becomes a short stroke.</summary>
    private static string Path(double?[] values, double top, bool isClosed)
    {
        var path = new StringBuilder();
        var width = Width / Math.Max(1, values.Length);
        for (var from = 0; from < values.Length; from++)
        {
            var to = from;
            for (; to < values.Length && values[to] is { } value; to++)
            {
                var y = Height - (Height * Math.Clamp(value / top, 0, 1));
                if (to == from)
                {
                    _ = path.Append(CultureInfo.InvariantCulture, $"{(isClosed ? $"M{Text(from * width)} {Text(Height)}L" : "M")}{Text(from * width)} {Text(y)}");
                }

                _ = path.Append(CultureInfo.InvariantCulture, $"L{Text((to + 0.5) * width)} {Text(y)}");
                if (to + 1 == values.Length || values[to + 1] is null)
                {
                    _ = path.Append(CultureInfo.InvariantCulture, $"H{Text((to + 1) * width)}");
                }
            }

            if (to > from && isClosed)
            {
                _ = path.Append(CultureInfo.InvariantCulture, $"V{Text(Height)}Z");
            }

            from = to;
        }

        return path.ToString();
    }

    private static string Text(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);
}
