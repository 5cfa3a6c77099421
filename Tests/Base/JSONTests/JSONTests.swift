import JSON
import Testing

@Suite struct JSONTests {
    /// The reader and the writer have their cases with the agent protocol; here is what goes without a buffer.
    @Test(arguments: [
        "null", "true", "-1", "0.50", "[]", "{}", #"["a\"\\\b\t\n\f\r\u0001é",{"k":[1,2]}]"#,
        "\"\u{1F680}/\"",
    ])
    func `What is read is written as it was`(text: String) throws {
        #expect(try JSONValue(reading: text.utf8).text == text)
    }
}
