using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace EdgeAgent.Web;

/// <summary>
/// Writes HTML out of interpolated text: the text between the holes is markup, and what comes in through a hole is escaped. So nothing
/// from outside can become markup by being forgotten.
/// </summary>
internal sealed class Html
{
    private readonly StringBuilder _text = new(32 * 1024);

#pragma warning disable CA1822 // The handler is made with this instance, and has written to it by now.
    public void Add([InterpolatedStringHandlerArgument("")] Markup markup) => _ = markup;
#pragma warning restore CA1822

    /// <summary>A style sheet of our own: not escaped.</summary>
    public void AddStyle(string sheet) => _text.Append(sheet);

    public override string ToString() => _text.ToString();

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(_text.ToString());

    [InterpolatedStringHandler]
    internal readonly struct Markup
    {
        private readonly StringBuilder _text;

        public Markup(int literalLength, int formattedCount, Html html)
        {
            _ = (literalLength, formattedCount);
            _text = html._text;
        }

        public void AppendLiteral(string markup) => _text.Append(markup);

        public void AppendFormatted(string? value)
        {
            foreach (var letter in value ?? string.Empty)
            {
                _ = letter switch
                {
                    '&' => _text.Append("&amp;"),
                    '<' => _text.Append("&lt;"),
                    '>' => _text.Append("&gt;"),
                    '"' => _text.Append("&quot;"),
                    '\'' => _text.Append("&#39;"),
                    _ when char.IsControl(letter) && letter is not ('\n' or '\t') => _text.Append('\uFFFD'),
                    _ => _text.Append(letter),
                };
            }
        }

        public void AppendFormatted(long value) => _text.Append(value.ToString(CultureInfo.InvariantCulture));

        public void AppendFormatted(double value, string format) => _text.Append(value.ToString(format, CultureInfo.InvariantCulture));
    }
}
