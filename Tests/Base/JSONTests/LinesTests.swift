import Testing

@testable import JSON

@Suite struct LinesTests {
    @Test func `A value for people has a line for each member`() {
        let value: JSONValue = ["a": 1, "b": [], "c": [:], "d": [1, ["e": "x"]]]
        let text = """
            {
              "a": 1,
              "b": [],
              "c": {},
              "d": [
                1,
                {
                  "e": "x"
                }
              ]
            }
            """
        #expect(value.lines == text)
    }
}
