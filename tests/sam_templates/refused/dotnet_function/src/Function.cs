namespace Shop { public class Function { public string Handle(string text) => text; } }
