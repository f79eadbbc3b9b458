using System.Text;

namespace EdgeAgent.Configuration.Yaml;

/// <summary>
/// Puts variables and secrets into the values of a tree: <c>${NAME}</c>, <c>${NAME:-default}</c> (unset or empty),
/// <c>${NAME:?message}</c> (refuses), <c>$$</c> for one dollar, and <c>!secret NAME</c>. It works on values after parsing, so what
/// comes in is only ever text.
/// </summary>
/// <param name="inputs">Where variables are.</param>
/// <param name="secrets">Where secrets are.</param>
/// <param name="scope">Gets the problems.</param>
internal sealed class Resolver(ServiceInputs inputs, SecretStore secrets, ReadScope scope)
{
    public MapNode Resolve(MapNode map) => new(map.Span, [.. map.Entries.Select(entry => entry with { Value = Resolve(entry.Value) })]);

    private Node Resolve(Node node) => node switch
    {
        MapNode map => Resolve(map),
        ListNode list => new ListNode(list.Span, [.. list.Items.Select(Resolve)]),
        ScalarNode { IsSecretName: true } name => ResolveSecret(name),
        ScalarNode scalar when scalar.Text.Contains('$', StringComparison.Ordinal) => ResolveVariables(scalar),
        _ => node,
    };

    private ScalarNode ResolveSecret(ScalarNode name)
    {
        if (secrets.TryGet(name.Text, out var text, out var problem))
        {
            return new ScalarNode(name.Span, text) { IsSecret = true, WrittenAs = $"!secret {name.Text}" };
        }

        if (problem is { } why)
        {
            scope.Error(name.Span, why.Message, why.Hint);
        }

        return Broken(name);
    }

    private ScalarNode ResolveVariables(ScalarNode scalar)
    {
        var text = new StringBuilder();
        var rest = scalar.Text.AsSpan();
        while (rest.IndexOf('$') is >= 0 and var dollar)
        {
            text.Append(rest[..dollar]);
            rest = rest[dollar..];
            if (rest is ['$', '$', ..])
            {
                text.Append('$');
                rest = rest[2..];
            }
            else if (rest is not ['$', '{', ..])
            {
                text.Append('$');
                rest = rest[1..];
            }
            else
            {
                var end = rest.IndexOf('}');
                if (end < 0)
                {
                    scope.Error(scalar.Span, "'${' without its '}'", "write ${NAME}; for a plain dollar sign write $$");
                    return Broken(scalar);
                }

                if (Find(rest[2..end].ToString(), scalar.Span) is not { } value)
                {
                    return Broken(scalar);
                }

                text.Append(value);
                rest = rest[(end + 1)..];
            }
        }

        return new ScalarNode(scalar.Span, text.Append(rest).ToString()) { IsPlain = scalar.IsPlain, WrittenAs = scalar.Text };
    }

    private string? Find(string expression, SourceSpan span)
    {
        var operation = expression.IndexOf(":-", StringComparison.Ordinal);
        var refusal = expression.IndexOf(":?", StringComparison.Ordinal);
        var at = operation < 0 ? refusal : refusal < 0 ? operation : Math.Min(operation, refusal);
        var name = at < 0 ? expression : expression[..at];
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'))
        {
            scope.Error(span, "'${...}' names no variable", "write ${NAME}, ${NAME:-default} or ${NAME:?message}; for a plain dollar sign write $$");
            return null;
        }

        var value = inputs.Variable(name);
        if (at < 0)
        {
            if (value is null)
            {
                scope.Error(span, $"the variable {name} is not set", $"set it in the environment of the agent, or give a default: ${{{name}:-...}}{inputs.Advice}");
            }

            return value;
        }

        if (!string.IsNullOrEmpty(value))
        {
            return value;
        }

        var argument = expression[(at + 2)..];
        if (expression[at + 1] == '-')
        {
            return argument;
        }

        scope.Error(span, $"the variable {name} is not set{(argument.Length == 0 ? "" : $": {argument}")}", $"set it in the environment of the agent{inputs.Advice}");
        return null;
    }

    private static ScalarNode Broken(ScalarNode scalar) => new(scalar.Span, "") { IsBroken = true };
}
