exports.handler = (data) => data;
exports.text = 'no function';
