"""Files that a learner takes home: numbers, parameters, code and a film. Knows neither the page nor its charts."""
