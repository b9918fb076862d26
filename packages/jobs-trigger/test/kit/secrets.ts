/** The secret key of the test clients. */
export const secretKey = `tr_dev_${'5ec2e7'.repeat(4)}`
