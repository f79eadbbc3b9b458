using EdgeAgent.Commands;
using EdgeAgent.Commands.Completions;
using EdgeAgent.Configuration;
using EdgeAgent.Documents;

// Writes the manual pages and the shells' completions into the folder that is named, from the commands as the program
// parses them and the keys as it reads them. The package takes them from there.
if (args is not [var folder])
{
    await Console.Error.WriteLineAsync("usage: EdgeAgent.Documents FOLDER");
    return 64;
}

var root = CommandLine.Create();
var documents = new (string Name, string Text)[]
{
    ("edgeagent.8", CommandManual.Write(root)),
    ("edgeagent.yaml.5", ConfigurationManual.Write(ConfigSchema.Full)),
    ("edgeagent.bash", BashCompletion.Write(root)),
    ("_edgeagent", ZshCompletion.Write(root)),
    ("edgeagent.fish", FishCompletion.Write(root)),
};
Directory.CreateDirectory(folder);
foreach (var (name, text) in documents)
{
    await File.WriteAllTextAsync(Path.Combine(folder, name), text);
}

return 0;
