namespace EdgeAgent.Configuration.Yaml;

/// <summary>Finds the bracket that was opened and not closed; the parser only says that something is wrong later on.</summary>
internal static class UnclosedBracket
{
    public static char Closing(char opening) => opening == '[' ? ']' : '}';

    /// <summary>The innermost bracket still open at <paramref name="end"/>, where one opens a value.</summary>
    public static SourceSpan? Find(SourceFile source, int end)
    {
        var open = new Stack<int>();
        var text = source.Text;
        for (var i = 0; i < end; i++)
        {
            var startsValue = open.Count > 0 || i == 0 || (i >= 2 && text[i - 1] == ' ' && text[i - 2] is ':' or '-') || text[i - 1] == '\n';
            switch (text[i])
            {
                case '#' when i == 0 || text[i - 1] is ' ' or '\n':
                    i = SkipTo(text, i, '\n', end);
                    break;
                case '"' or '\'' when i == 0 || !char.IsLetterOrDigit(text[i - 1]):
                    i = SkipTo(text, i + 1, text[i], end);
                    break;
                case '[' or '{' when startsValue:
                    open.Push(i);
                    break;
                case ']' or '}' when open.Count > 0:
                    open.Pop();
                    break;
                default:
                    break;
            }
        }

        return open.TryPop(out var offset) ? new SourceSpan(source, offset, 1) : null;
    }

    private static int SkipTo(string text, int from, char stop, int end)
    {
        var at = from < end ? text.IndexOf(stop, from) : -1;
        return at < 0 ? end : at;
    }
}
