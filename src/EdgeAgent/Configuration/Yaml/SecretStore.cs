using System.Diagnostics.CodeAnalysis;

namespace EdgeAgent.Configuration.Yaml;

/// <summary>
/// Where <c>!secret NAME</c> is looked up: first the file NAME in the folder that systemd made for the service's
/// credentials, then the key NAME of secrets.yaml beside the main file.
/// </summary>
/// <param name="inputs">Where the credentials are.</param>
/// <param name="path">Of secrets.yaml.</param>
/// <param name="readers">Who must be able to read it.</param>
/// <param name="scope">Gets the problems of secrets.yaml, once, when it is first needed.</param>
internal sealed class SecretStore(ServiceInputs inputs, string path, FileReaders readers, ReadScope scope)
{
    private Dictionary<string, string>? _secrets;
    private bool _isBroken;

    /// <summary>Looks a secret up.</summary>
    /// <param name="name">Letters, digits, and <c>_ - .</c></param>
    /// <param name="value">The secret, without the line end that an editor leaves.</param>
    /// <param name="problem">Why it cannot be had, and what to do; null where the file itself is wrong, which is reported already.</param>
    public bool TryGet(string name, [NotNullWhen(true)] out string? value, out (string Message, string Hint)? problem)
    {
        problem = null;
        value = null;
        if (name.Length is 0 or > 255 || name[0] == '.' || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.'))
        {
            problem = ("!secret needs a name of letters, digits, '_', '-' and '.'", "write !secret mqtt_password, and put the text itself into secrets.yaml");
            return false;
        }

        if (inputs.CredentialsFolder is { } folder && ReadCredential(Path.Combine(folder, name), out var credential))
        {
            value = credential;
            return true;
        }

        _secrets ??= ReadSecrets();
        if (_secrets.TryGetValue(name, out value))
        {
            return true;
        }

        if (_isBroken)
        {
            return false;
        }

        var near = DidYouMean.Find(name, _secrets.Keys);
        problem = ($"the secret '{name}' is not there", $"{(near is null ? "add" : $"did you mean '{near}'? Otherwise add")} the line \"{name}: ...\" to {path}{inputs.Advice}");
        return false;
    }

    private static bool ReadCredential(string file, [NotNullWhen(true)] out string? value)
    {
        var (source, _) = SourceLoader.Load(file);
        value = source?.Text.TrimEnd('\r', '\n');
        return value is not null;
    }

    private Dictionary<string, string> ReadSecrets()
    {
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        var (source, problem) = SourceLoader.Load(path, isSecret: true);
        if (source is null)
        {
            // A file that is not there is said where the secret is asked for.
            if (File.Exists(path))
            {
                _isBroken = true;
                scope.Problems.Add(problem!);
            }

            return secrets;
        }

        if (SourceLoader.IsReadableByEveryone(path))
        {
            scope.Problems.Add(new Problem(Severity.Error, "every user of this machine can read the secrets in this file") { File = path, Hint = readers.Hint(path) });
        }

        readers.Check([path], scope);

        var root = YamlReader.Read(source, scope);
        _isBroken = root is null;
        foreach (var entry in root?.Entries ?? [])
        {
            if (entry.Value is ScalarNode { IsBroken: false, IsSecretName: false } text)
            {
                secrets[entry.Key.Text] = text.Text;
            }
            else
            {
                _isBroken = true;
                scope.Error(entry.Key.Span, "a secret must be a single text");
            }
        }

        return secrets;
    }
}
