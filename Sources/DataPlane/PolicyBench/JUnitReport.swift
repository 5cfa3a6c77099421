import TrafficPolicy

/// Results in the form that build servers read: JUnit's XML.
package enum JUnitReport {
    package static func xml(_ results: [SuiteResult]) -> String {
        let count = results.reduce(0) { $0 + $1.cases.count }
        let failures = results.reduce(0) { $0 + $1.failureCount }
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        xml += "<testsuites tests=\"\(count)\" failures=\"\(failures)\">\n"
        for result in results {
            xml += "  <testsuite name=\"\(Self.escaped(result.name))\" tests=\"\(result.cases.count)\""
            xml += " failures=\"\(result.failureCount)\">\n"
            for policyCase in result.cases { xml += Self.element(policyCase, in: result) }
            xml += "  </testsuite>\n"
        }
        return xml + "</testsuites>\n"
    }

    private static func element(_ policyCase: SuiteResult.CaseResult, in result: SuiteResult) -> String {
        let place = "classname=\"\(self.escaped(result.policyName))\" file=\"\(self.escaped(result.name))\""
        let begin =
            "    <testcase name=\"\(self.escaped(policyCase.name))\" \(place) line=\"\(policyCase.position.line)\""
        guard let first = policyCase.differences.first else { return "\(begin)/>\n" }
        let all = (policyCase.differences + policyCase.problems).joined(separator: "\n")
        return "\(begin)>\n      <failure message=\"\(self.escaped(first))\">\(self.escaped(all))</failure>\n"
            + "    </testcase>\n"
    }

    /// Text for an element or an attribute; what XML 1.0 cannot hold becomes U+FFFD.
    private static func escaped(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;".unicodeScalars
            case "<": escaped += "&lt;".unicodeScalars
            case ">": escaped += "&gt;".unicodeScalars
            case "\"": escaped += "&quot;".unicodeScalars
            case "\n": escaped += "&#10;".unicodeScalars
            case "\t": escaped += "&#9;".unicodeScalars
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
                escaped.append("\u{FFFD}")
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}
