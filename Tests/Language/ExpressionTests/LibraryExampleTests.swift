import Expression
import Testing

@Suite struct LibraryExampleTests {
    @Test(arguments: StandardLibrary.functions.flatMap(\.examples))
    func `An example of the reference page is true`(source: String) {
        #expect(outcome(of: source) == isTrue)
        #expect(outcome(of: source, isChecked: false, foldsConstants: false) == isTrue)
    }

    @Test(arguments: StandardLibrary.functions.map(\.name))
    func `Every function has an example`(name: String) {
        #expect(StandardLibrary.functions.contains { $0.name == name && !$0.examples.isEmpty })
    }
}
